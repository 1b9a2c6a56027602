// Rows of weights in 8 bits, with one scale for each row, by integer arithmetic of 64 bits.
#pragma once

#include <cstdint>
#include <span>

#include "czip/import/dyadic.hpp"

namespace czip::importer {

// mantissa * 2^exponent, with 2^23 <= mantissa < 2^24; both are 0 for a row of zeros.
struct RowScale {
  std::uint32_t mantissa = 0;
  std::int32_t exponent = 0;

  friend bool operator==(const RowScale&, const RowScale&) = default;
};

// The scale is max |w| / 127, rounded to 24 bits; weights[i] = w[i] / scale with the rounded scale.
// Both roundings are exact, ties to even, so that |weights[i]| <= 127, and
// |w[i] - weights[i] * scale| <= scale / 2. `weights` has the row's length.
[[nodiscard]] RowScale quantize_row(const DyadicRow& row, std::span<std::int8_t> weights);

}  // namespace czip::importer
