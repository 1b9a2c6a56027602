// The generator of the tests' random models, the same on every machine.
#pragma once

#include <cstdint>

#include "czip/base/seeded_generator.hpp"

namespace czip::test {

class SplitMix64 : public SeededGenerator {
 public:
  using SeededGenerator::SeededGenerator;

  // Uniform in [low, high] but for a bias below 2^-24.
  std::int32_t between(std::int32_t low, std::int32_t high) {
    const auto count = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int32_t>(((next() >> 32) * count) >> 32);
  }
};

}  // namespace czip::test
