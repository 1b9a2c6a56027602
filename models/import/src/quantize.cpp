#include "czip/import/quantize.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/engine/integer_math.hpp"
#include "czip/import/dyadic.hpp"

namespace czip::importer {
namespace {

constexpr std::uint64_t kLargestWeight = 127;
constexpr int kScaleBits = 24;

// largest / 127 * 2^shift, rounded, with the shift that gives it 24 bits: -24 <= shift <= 30.
struct Normalized {
  std::uint64_t mantissa;
  int shift;
};

// 0 < largest <= 2^53.
Normalized normalized_scale(std::uint64_t largest) {
  // 127 * 2^23, the least numerator, has 30 bits. As many may be too few, one more is enough.
  constexpr std::uint64_t kLeast = kLargestWeight << (kScaleBits - 1);
  int shift = static_cast<int>(std::bit_width(kLeast)) - static_cast<int>(std::bit_width(largest));
  const bool below = shift >= 0 ? largest << shift < kLeast : largest < kLeast << -shift;
  if (below) ++shift;
  const std::uint64_t mantissa = shift >= 0 ? divide_rne(largest << shift, kLargestWeight)
                                            : divide_rne(largest, kLargestWeight << -shift);
  if (mantissa == std::uint64_t{1} << kScaleBits) return {mantissa >> 1, shift - 1};
  return {mantissa, shift};
}

}  // namespace

RowScale quantize_row(const DyadicRow& row, std::span<std::int8_t> weights) {
  const std::uint64_t largest = largest_magnitude(row);
  if (largest == 0) {
    std::ranges::fill(weights, std::int8_t{0});
    return {};
  }
  const auto [mantissa, shift] = normalized_scale(largest);
  // w / scale = (m * 2^shift) / mantissa; the numerator is below 127 * 2^25 with a shift to the
  // left, the denominator below 2^48 without.
  const std::int64_t factor = std::int64_t{1} << std::max(shift, 0);
  const std::uint64_t divisor = mantissa << std::max(-shift, 0);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<std::int8_t>(divide_rne_signed(row.mantissas[i] * factor, divisor));
  return {static_cast<std::uint32_t>(mantissa), row.exponent - shift};
}

}  // namespace czip::importer
