// A logistic table whose values a reader can compute, for tests of what is built upon one:
//
//   squash(x)  = 32768 + 16 * x, limited to 1..65535
//   stretch(p) = p / 16 - 2047 (rounded down before the subtraction), at most 2047
//
// The second follows from the first: stretch(p) is the least x with squash(x) >= 16 * j + 8, where
// j = p / 16; 32768 + 16 * x >= 16 * j + 8 holds from x = j - 2047 on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/coding/logistic.hpp"

namespace czip::test {

[[nodiscard]] inline v2::Logistic linear_logistic() {
  std::vector<std::uint16_t> squash;
  for (std::int32_t x = -v2::kMaxStretch; x <= v2::kMaxStretch; ++x) {
    squash.push_back(static_cast<std::uint16_t>(std::clamp(32768 + 16 * x, 1, 65535)));
  }
  return v2::Logistic::create(squash).value();
}

// The raw form of an adaptive probability whose stretched value, by the table above, is
// `state - 2047`: maps of these show in the mixer's input which state was looked up.
[[nodiscard]] constexpr std::uint32_t state_showing_probability(std::uint32_t state) {
  return (16 * state) << 16;
}

}  // namespace czip::test
