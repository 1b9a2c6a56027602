#include "czip/import/dyadic.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "czip/engine/integer_math.hpp"

namespace czip::importer {
namespace {

// Beyond these, a number of 2^53 has no bit left, or is above 32 bits.
constexpr int kLongestRight = 62;
constexpr int kLongestLeft = 32;

// x * 2^shift, rounded and limited to 64 bits where it leaves 32.
std::int64_t shifted(std::int64_t x, int shift) {
  if (shift <= 0) return shift_right_rne(x, std::min(-shift, kLongestRight));
  constexpr std::int64_t kBeyond = std::int64_t{1} << 31;
  if (x >= kBeyond || x < -kBeyond) return x;
  return x * (std::int64_t{1} << std::min(shift, kLongestLeft));
}

}  // namespace

std::uint64_t largest_magnitude(const DyadicRow& row) {
  std::uint64_t largest = 0;
  for (const std::int64_t mantissa : row.mantissas)
    largest = std::max(largest, magnitude(mantissa));
  return largest;
}

void limit_mantissas(DyadicRow& row, int bits) {
  const std::uint64_t largest = largest_magnitude(row);
  if (largest <= std::uint64_t{1} << bits) return;
  const int shift = static_cast<int>(std::bit_width(largest)) - bits;
  for (std::int64_t& mantissa : row.mantissas) mantissa = shift_right_rne(mantissa, shift);
  row.exponent += shift;
}

std::size_t to_fixed_point(const DyadicRow& row, int fraction_bits, std::span<std::int32_t> fixed) {
  const int shift = row.exponent + fraction_bits;
  std::size_t saturated = 0;
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    const std::int64_t value = shifted(row.mantissas[i], shift);
    fixed[i] = saturate32(value);
    if (fixed[i] != value) ++saturated;
  }
  return saturated;
}

}  // namespace czip::importer
