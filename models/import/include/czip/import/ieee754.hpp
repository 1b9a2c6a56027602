// The binary formats of IEEE 754, and bfloat16, taken apart in integers.
// Source: IEEE 754-2019, section 3.4. A bfloat16 is the upper half of a binary32.
#pragma once

#include <cstdint>
#include <optional>

#include "czip/import/dyadic.hpp"

namespace czip::importer {

// Every finite half-precision number is an integer times 2^kHalfExponent.
inline constexpr int kHalfExponent = -24;

[[nodiscard]] constexpr bool is_finite_f16(std::uint16_t bits) { return (bits & 0x7c00) != 0x7c00; }

// That integer, below 2^40 in magnitude. `bits` is finite.
[[nodiscard]] constexpr std::int64_t f16_units(std::uint16_t bits) {
  const int field = (bits >> 10) & 31;
  const std::int64_t fraction = bits & 0x3ff;
  const std::int64_t units = field == 0 ? fraction : (fraction | 0x400) << (field - 1);
  return (bits & 0x8000) != 0 ? -units : units;
}

[[nodiscard]] constexpr bool is_finite_f32(std::uint32_t bits) {
  return (bits & 0x7f800000) != 0x7f800000;
}

// A finite number with a mantissa below 2^24 in magnitude and an exponent of -149 to 104.
[[nodiscard]] constexpr Dyadic f32_parts(std::uint32_t bits) {
  const auto field = static_cast<int>((bits >> 23) & 0xff);
  const std::int64_t fraction = bits & 0x7fffff;
  const std::int64_t mantissa = field == 0 ? fraction : fraction | 0x800000;
  return {(bits >> 31) != 0 ? -mantissa : mantissa, (field == 0 ? 1 : field) - 150};
}

// Nothing for infinities and what is not a number.
[[nodiscard]] constexpr std::optional<Dyadic> dyadic_of_f32(std::uint32_t bits) {
  if (!is_finite_f32(bits)) return std::nullopt;
  return f32_parts(bits);
}

// With a mantissa below 2^53 in magnitude and an exponent of -1074 to 971.
[[nodiscard]] constexpr std::optional<Dyadic> dyadic_of_f64(std::uint64_t bits) {
  const auto field = static_cast<int>((bits >> 52) & 0x7ff);
  if (field == 0x7ff) return std::nullopt;
  constexpr std::uint64_t kHiddenBit = std::uint64_t{1} << 52;
  const std::uint64_t fraction = bits & (kHiddenBit - 1);
  const auto mantissa = static_cast<std::int64_t>(field == 0 ? fraction : fraction | kHiddenBit);
  return Dyadic{(bits >> 63) != 0 ? -mantissa : mantissa, (field == 0 ? 1 : field) - 1075};
}

// Integers in the same order as the single-precision numbers; both zeros are 0. `bits` is not NaN.
[[nodiscard]] constexpr std::int32_t f32_order(std::uint32_t bits) {
  const auto magnitude = static_cast<std::int32_t>(bits & 0x7fffffff);
  return (bits >> 31) != 0 ? -magnitude : magnitude;
}

}  // namespace czip::importer
