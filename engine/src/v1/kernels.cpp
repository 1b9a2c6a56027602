#include "v1/kernels.hpp"

#include "czip/engine/integer_math.hpp"

namespace czip::v1 {

RequantizePlan make_requantize_plan(Requantization requantization) {
  RequantizePlan plan{.requantization = requantization};
  const std::int64_t multiplier = requantization.multiplier;
  const int shift = requantization.shift;
  constexpr int kMaxShift = 22;  // beyond it the bound below exceeds 31 bits
  if (multiplier <= 0 || shift < 1 || shift > kMaxShift) return plan;
  // The least accumulator that rounds to 127 is just above 126.5 * 2^shift / multiplier; at the tie
  // itself 126.5 rounds to the even 126.
  const std::int64_t tie = (std::int64_t{2 * kValueBound - 1} << shift) / 2;
  const std::int64_t limit = tie / multiplier + 1;
  // |acc * multiplier| <= tie + multiplier, to which rounding adds at most 2^(shift - 1).
  if (limit > INT32_MAX || tie + multiplier + (std::int64_t{1} << (shift - 1)) > INT32_MAX)
    return plan;
  plan.limit = static_cast<std::int32_t>(limit);
  plan.fits_32_bits = shift_right_rne(limit * multiplier, shift) == kValueBound;
  return plan;
}

void requantize_each(const std::int32_t* accumulators, std::size_t n, Requantization requantization,
                     std::int8_t* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = requantize(accumulators[i], requantization);
}

ExpFunction make_exp_function(const Exp2Table& table, std::uint32_t coefficient) {
  ExpFunction exp{.table = table, .coefficient = coefficient, .saturation = UINT32_MAX};
  if (coefficient > 0) {
    // Least n with (n * coefficient + half) >> kExpCoefficientShift >= kMaxExpOctaves octaves.
    constexpr std::uint64_t kHalf = std::uint64_t{1} << (kExpCoefficientShift - 1);
    constexpr std::uint64_t kThreshold =
        (std::uint64_t{kMaxExpOctaves} << (kExp2IndexBits + kExpCoefficientShift)) - kHalf;
    const std::uint64_t least = (kThreshold + coefficient - 1) / coefficient;
    if (least < UINT32_MAX) exp.saturation = static_cast<std::uint32_t>(least);
  }
  for (std::size_t i = 0; i < table.size(); ++i) exp.wide_table[i] = table[i];
  return exp;
}

Status AttentionScratch::allocate(std::uint32_t positions) {
  stride = simd::round_up(positions, simd::kRowPadding) + simd::kRowPadding;
  CZIP_TRY(scores.allocate(kMaxHeadsPerPass * stride));
  CZIP_TRY(weight_low.allocate(kFrontPadding + stride));
  CZIP_TRY(weight_high.allocate(kFrontPadding + stride));
  return segments.allocate(stride);
}

FrequencyScale make_frequency_scale(std::uint32_t numerator, std::uint32_t weight_sum) {
  // Long division of numerator * 2^48 in two steps: numerator < 2^31, weight_sum >= 65535.
  const std::uint64_t first = std::uint64_t{numerator} << 32;
  const std::uint64_t second = (first % weight_sum) << 16;
  return {((first / weight_sum) << 16) + second / weight_sum + 1};
}

}  // namespace czip::v1
