// The integer functions of the czip-model-v2 network as its specification has them
// (conformance/czip-network-v2.md, section 2, which also gives their bounds): what the scalar
// kernels, the trainer and tests compute with. Vector kernels give the same results by other steps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "czip/engine/integer_math.hpp"
#include "czip/engine/v2/constants.hpp"

namespace czip::v2 {

// clamp(round(x * multiplier / 2^shift), bound), multiplier >= 0.
[[nodiscard]] constexpr std::int32_t requantize(std::int32_t x, std::int32_t multiplier, int shift,
                                                std::int32_t bound) {
  return clamp_to(round_shift(std::int64_t{x} * multiplier, shift), bound);
}

// The least x that requantizes to more than `bound` before it is clamped. With x limited to it,
// x * multiplier + 2^shift stays below 2^31 for every shift allowed with that bound.
[[nodiscard]] constexpr std::int32_t requantize_limit(std::int32_t multiplier, int shift,
                                                      std::int32_t bound) {
  if (multiplier == 0) return INT32_MAX;
  const std::int64_t beyond = ((2 * std::int64_t{bound} + 1) << (shift - 1)) / multiplier + 1;
  return static_cast<std::int32_t>(beyond < INT32_MAX ? beyond : INT32_MAX);
}

// RMSNorm (Zhang & Sennrich 2019): the mean square of n elements below 2^24, Q4, in [256, 2^52 +
// 256].
[[nodiscard]] constexpr std::uint64_t mean_square(std::uint64_t sum_of_squares, std::size_t n) {
  return (sum_of_squares << kMeanSquareShift) / n + kMeanSquareOffset;
}

// 2^32 over its root (Q2), rounded: in [63, 2^28].
[[nodiscard]] constexpr std::uint32_t inverse_of_root(std::uint64_t root) {
  return static_cast<std::uint32_t>((kInverseRmsNumerator + root / 2) / root);
}
[[nodiscard]] constexpr std::uint32_t inverse_rms(std::uint64_t sum_of_squares, std::size_t n) {
  return inverse_of_root(integer_sqrt(mean_square(sum_of_squares, n)));
}

// One element of a normalized vector: x / rms * gain. |x| < 2^24.
[[nodiscard]] constexpr std::int8_t normalized(std::int32_t x, std::uint32_t inverse_rms,
                                               std::int16_t gain) {
  const std::int32_t to_rms = clamp_to(
      round_shift(x * static_cast<std::int64_t>(inverse_rms), kNormalizedShift), kNormalizedBound);
  return static_cast<std::int8_t>(
      clamp_to(round_shift(std::int64_t{to_rms} * gain, kGainShift), kValueBound));
}

// ReGLU (Shazeer 2020), of limited activations: max(gate, 0) * value. With both the same: squared
// ReLU (So et al. 2021, Primer).
[[nodiscard]] constexpr std::int8_t activated(std::int32_t gate, std::int32_t value) {
  const std::int64_t product = std::int64_t{gate > 0 ? gate : 0} * value;
  return static_cast<std::int8_t>(clamp_to(round_shift(product, kActivationShift), kValueBound));
}

// Score of a query and a key at a distance whose learned bias is given. |dot| <= 128 * 127^2, so
// that dot * scale < 2^31; |score| < 2^18.
[[nodiscard]] constexpr std::int32_t attention_score(std::int32_t dot, std::int32_t scale,
                                                     std::int32_t bias) {
  return static_cast<std::int32_t>(round_shift(std::int64_t{dot} * scale, kScoreShift)) + bias;
}

// 2^(-i/64), Q16: 65535 first, not increasing, never below 32768.
using Exp2Table = std::array<std::uint32_t, kExp2Entries>;

// Weight of an attention score n below the largest: 255 for n = 0, 0 from 9 octaves on.
[[nodiscard]] constexpr std::uint32_t attention_weight(std::uint32_t n, const Exp2Table& exp2) {
  const std::uint32_t octave = n >> kExp2IndexBits;
  if (octave > kLastAttentionOctave) return 0;
  constexpr std::uint32_t kHalf = 1U << (kAttentionWeightShift - 1);
  const std::uint32_t weight =
      (exp2[n & (kExp2Entries - 1)] + (kHalf << octave)) >> (kAttentionWeightShift + octave);
  return weight > kMaxAttentionWeight ? kMaxAttentionWeight : weight;
}

// gain * 2^24 / weight_sum, rounded: the factor, Q32 with the gain's Q8 used up, of the weighted
// sums of values. weight_sum >= 255.
[[nodiscard]] constexpr std::uint32_t attention_factor(std::uint32_t gain,
                                                       std::uint32_t weight_sum) {
  return static_cast<std::uint32_t>(
      ((std::uint64_t{gain} << kAttentionFactorShift) + weight_sum / 2) / weight_sum);
}

// One element of attention's output from the sum of weight * value, below 2^27.
[[nodiscard]] constexpr std::int8_t attention_output(std::int32_t sum, std::uint32_t factor) {
  return static_cast<std::int8_t>(clamp_to(
      round_shift(sum * static_cast<std::int64_t>(factor), kAttentionOutputShift), kValueBound));
}

// Weight of a logit n below the largest, Q30.
[[nodiscard]] constexpr std::uint32_t logit_weight(std::uint32_t n, const Exp2Table& exp2) {
  const std::uint32_t octave = n >> kExp2IndexBits;
  return octave > kLastLogitOctave ? 0
                                   : (exp2[n & (kExp2Entries - 1)] << kLogitWeightShift) >> octave;
}

// The number of bits by which n logit weights with this sum are shifted right, so that the
// frequencies, each raised to at least 1, add up to less than 2^32.
[[nodiscard]] constexpr int frequency_shift(std::uint64_t sum, std::size_t n) {
  int shift = 0;
  while ((sum >> shift) + n > UINT32_MAX) ++shift;
  return shift;
}

// Row of the bigram table of 2^bits rows, bits <= 20 (hashed bigram embeddings).
[[nodiscard]] constexpr std::uint32_t bigram_bucket(std::uint32_t previous, std::uint32_t token,
                                                    int bits) {
  const std::uint32_t mixed = (previous * kBigramMultiplier + token) * kBigramFinalMultiplier;
  return static_cast<std::uint32_t>(std::uint64_t{mixed} >> (32 - bits));
}

}  // namespace czip::v2
