// Exact numbers without floating point: an integer times a power of two. Every weight of a public
// model is one, whatever its format, so that a model is read without a rounding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace czip::importer {

// mantissa * 2^exponent.
struct Dyadic {
  std::int64_t mantissa = 0;
  int exponent = 0;

  friend bool operator==(const Dyadic&, const Dyadic&) = default;
};

// Of a row's mantissas.
inline constexpr int kMantissaBits = 53;

// The numbers mantissas[i] * 2^exponent, with |mantissas[i]| <= 2^53.
struct DyadicRow {
  std::vector<std::int64_t> mantissas;
  int exponent = 0;
};

// The largest |mantissas[i]|; 0 for an empty row.
[[nodiscard]] std::uint64_t largest_magnitude(const DyadicRow& row);

// Rounds mantissas (ties to even) and raises the exponent as far as it takes for all of them to be
// at most 2^bits in magnitude; does nothing where they are. No number changes by more than
// 2^-bits of the largest magnitude. 1 <= bits <= 53.
void limit_mantissas(DyadicRow& row, int bits);

// The numbers in fixed point: fixed[i] = mantissas[i] * 2^(exponent + fraction_bits), rounded (ties
// to even) and saturated to 32 bits. Returns how many were saturated. `fixed` has the row's length.
[[nodiscard]] std::size_t to_fixed_point(const DyadicRow& row, int fraction_bits,
                                         std::span<std::int32_t> fixed);

}  // namespace czip::importer
