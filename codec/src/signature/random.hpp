// The seeded generator of the signature's inputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/base/seeded_generator.hpp"

namespace czip::signature {

class Random : public SeededGenerator {
 public:
  using SeededGenerator::SeededGenerator;

  // A value in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    const auto span = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(span == 0 ? next() : next() % span);
  }
  // A value below `limit`.
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(next() % limit); }

  template <class T>
  std::vector<T> vector(std::size_t n, std::int64_t low, std::int64_t high) {
    std::vector<T> values(n);
    for (T& value : values) value = static_cast<T>(between(low, high));
    return values;
  }
};

}  // namespace czip::signature
