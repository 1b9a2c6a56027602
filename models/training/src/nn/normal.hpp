// Normal deviates for initial weights.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace czip::nn {

// Uses the method of Box and Muller (1958), because standard libraries differ in their
// distributions.
class Normal {
 public:
  explicit Normal(std::uint64_t seed) : random_(seed) {}
  float operator()() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return static_cast<float>(radius * std::cos(6.283185307179586 * uniform()));
  }

 private:
  double uniform() { return (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53; }
  std::mt19937_64 random_;
};

}  // namespace czip::nn
