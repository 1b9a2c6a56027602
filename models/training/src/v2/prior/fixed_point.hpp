// The arithmetic of training a prior: fixed point in 64-bit integers, each function exact or with
// its error stated, so that the same text gives the same prior with any compiler on any machine.
#pragma once

#include <bit>
#include <cstdint>

namespace czip::v2::training {

// Probabilities while training: Q48, at most kOneQ48.
inline constexpr int kProbabilityBits = 48;
inline constexpr std::uint64_t kOneQ48 = std::uint64_t{1} << kProbabilityBits;

// floor(a * b / 2^48), exact. a, b <= 2^48: the products of 24-bit halves (the upper ones up to
// 2^24) fit 64 bits.
[[nodiscard]] constexpr std::uint64_t multiply_q48(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kLow = (1U << 24) - 1;
  const std::uint64_t middle = (a >> 24) * (b & kLow) + (a & kLow) * (b >> 24);
  const std::uint64_t low = (a & kLow) * (b & kLow);
  return (a >> 24) * (b >> 24) + ((middle + (low >> 24)) >> 24);
}

// floor(a * scale / b), exact: long division by 16-bit digits of `scale`. a <= b, 0 < b < 2^47 (a
// remainder times 2^16 plus a times a digit fits 64 bits); any scale whose result fits.
[[nodiscard]] constexpr std::uint64_t multiply_divide(std::uint64_t a, std::uint64_t scale,
                                                      std::uint64_t b) {
  std::uint64_t quotient = 0;
  std::uint64_t remainder = 0;
  for (int shift = 48; shift >= 0; shift -= 16) {
    const std::uint64_t partial = (remainder << 16) + a * ((scale >> shift) & 0xffff);
    quotient = (quotient << 16) + partial / b;
    remainder = partial % b;
  }
  return quotient;
}

// log2(x) in Q24, x >= 1, bit by bit: squaring the mantissa doubles its logarithm, and the next bit
// is 1 if the square reaches 2. Never more than the exact value, and less than 2^-24 + 2^-29 below
// it: x and the i-th square lose less than 2^-31 of their value each, the latter at a weight of
// 2^-i.
[[nodiscard]] constexpr std::int64_t log2_q24(std::uint64_t x) {
  const int exponent = static_cast<int>(std::bit_width(x)) - 1;
  // Q31, in [2^31, 2^32).
  std::uint64_t mantissa = exponent <= 31 ? x << (31 - exponent) : x >> (exponent - 31);
  std::int64_t log = exponent;
  for (int i = 0; i < 24; ++i) {
    mantissa = (mantissa * mantissa) >> 31;
    const std::uint64_t bit = mantissa >> 32;
    mantissa >>= bit;
    log = 2 * log + static_cast<std::int64_t>(bit);
  }
  return log;
}

}  // namespace czip::v2::training
