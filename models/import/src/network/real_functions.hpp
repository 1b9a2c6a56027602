// Real functions in fixed point of 62 bits, by series with integers: equal on every machine. Each
// has an absolute error below 2^-54, far less than the tables that are rounded from it can show.
#pragma once

#include <cstdint>

#include "czip/import/dyadic.hpp"

namespace czip::importer {

// The forms of fixed point here: Q62 for results, Q56 for logarithms, Q64 for fractions of a turn.
inline constexpr int kResultBits = 62;
inline constexpr int kLogBits = 56;
inline constexpr std::uint64_t kResultOne = std::uint64_t{1} << kResultBits;

// The upper half of the product.
[[nodiscard]] constexpr std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kLow = 0xffffffff;
  const std::uint64_t low = (a & kLow) * (b & kLow);
  const std::uint64_t first = (a >> 32) * (b & kLow) + (low >> 32);
  const std::uint64_t second = (a & kLow) * (b >> 32) + (first & kLow);
  return (a >> 32) * (b >> 32) + (first >> 32) + (second >> 32);
}

// 2^-y, Q62, of y >= 0, Q56.
[[nodiscard]] std::uint64_t exp2_of_minus(std::uint64_t y);

// log2(x), Q56, of x > 0 with a mantissa of at most 63 bits and |exponent| < 64.
[[nodiscard]] std::int64_t log2_of(const Dyadic& x);

// 1 / (1 + 2^-y), Q62, of y >= 0, Q56.
[[nodiscard]] std::uint64_t logistic_of_log2(std::uint64_t y);

struct CosineAndSine {
  std::int64_t cosine;
  std::int64_t sine;
};
// Of an angle in turns, Q64; results Q62.
[[nodiscard]] CosineAndSine cosine_and_sine(std::uint64_t turns);

}  // namespace czip::importer
