// The integer functions of the czip-model-v2 network, each as conformance/czip-network-v2.md,
// "Functions", has it. What fits in them is stated there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "czip/engine/integer_math.hpp"

namespace czip::v2 {

// The one rounding primitive: round(x / 2^shift), ties towards plus infinity. 1 <= shift <= 32.
[[nodiscard]] constexpr std::int64_t round_shift(std::int64_t x, int shift) {
  return (x + (std::int64_t{1} << (shift - 1))) >> shift;
}

[[nodiscard]] constexpr std::int32_t clamp_to(std::int64_t x, std::int32_t bound) {
  return static_cast<std::int32_t>(x > bound ? bound : x < -bound ? -bound : x);
}

// Largest |weight| sum of a row of any matrix. Times 127 it is below 2^24, so that every partial
// sum of a product is exact in a float too.
inline constexpr std::uint32_t kMaxRowSum = 132104;
inline constexpr std::int32_t kAccumulatorBound = 1 << 24;

inline constexpr std::int32_t kMaxMultiplier = 32767;
inline constexpr std::int32_t kValueBound = 127;        // int8 results
inline constexpr std::int32_t kResidualStep = 32767;    // what one branch adds to the residual
inline constexpr std::int32_t kActivationBound = 4095;  // before the activation function
inline constexpr std::int32_t kLogitBound = 32767;
inline constexpr int kMaxValueShift = 22;
inline constexpr int kMaxResidualShift = 15;
inline constexpr int kMaxActivationShift = 18;
inline constexpr int kLogitShift = 15;
inline constexpr int kActivationShift = 17;
inline constexpr int kNormalizedShift = 20;  // Q10 of x / rms
inline constexpr std::int32_t kNormalizedBound = 32767;
inline constexpr int kGainShift = 15;
inline constexpr int kScoreShift = 14;
inline constexpr std::int32_t kMaxScoreScale = 1023;
inline constexpr int kMaxAttentionGain = 4096;  // Q8

// clamp(round(x * multiplier / 2^shift), bound), multiplier >= 0.
[[nodiscard]] constexpr std::int32_t requantize(std::int32_t x, std::int32_t multiplier, int shift,
                                                std::int32_t bound) {
  return clamp_to(round_shift(std::int64_t{x} * multiplier, shift), bound);
}

// The least x that requantizes to more than `bound` before it is clamped. Limited to it, x *
// multiplier + 2^shift stays below 2^31 for every shift allowed with that bound.
[[nodiscard]] constexpr std::int32_t requantize_limit(std::int32_t multiplier, int shift,
                                                      std::int32_t bound) {
  if (multiplier == 0) return INT32_MAX;
  const std::int64_t beyond = ((2 * std::int64_t{bound} + 1) << (shift - 1)) / multiplier + 1;
  return static_cast<std::int32_t>(beyond < INT32_MAX ? beyond : INT32_MAX);
}

// The inverse root mean square of n elements of at most 2^24, Q34 before the Q2 of the root: in
// [63, 2^28].
[[nodiscard]] constexpr std::uint32_t inverse_rms(std::uint64_t sum_of_squares, std::size_t n) {
  const std::uint64_t mean_square = 16 * sum_of_squares / n + 256;
  const std::uint64_t root = integer_sqrt(mean_square);
  return static_cast<std::uint32_t>(((std::uint64_t{1} << 32) + root / 2) / root);
}

// 2^(-i/64), Q16: 65535 first, not increasing, never below 32768.
inline constexpr std::size_t kExp2Entries = 64;
using Exp2Table = std::array<std::uint32_t, kExp2Entries>;

// Weight of an attention score n below the largest, n >= 0: 255 for n = 0, 0 from 9 octaves on.
[[nodiscard]] constexpr std::uint32_t attention_weight(std::uint32_t n, const Exp2Table& exp2) {
  const std::uint32_t octave = n >> 6;
  if (octave > 8) return 0;
  const std::uint32_t weight = (exp2[n & 63] + (128U << octave)) >> (8 + octave);
  return weight > 255 ? 255 : weight;
}

// gain * 2^24 / weight_sum, rounded: the factor, Q32 with the gain's Q8 used up, of the weighted
// sums of values. weight_sum >= 255.
[[nodiscard]] constexpr std::uint32_t attention_factor(std::uint32_t gain,
                                                       std::uint32_t weight_sum) {
  return static_cast<std::uint32_t>(((std::uint64_t{gain} << 24) + weight_sum / 2) / weight_sum);
}

// Weight of a logit n below the largest, n >= 0, Q30.
[[nodiscard]] constexpr std::uint32_t logit_weight(std::uint32_t n, const Exp2Table& exp2) {
  const std::uint32_t octave = n >> 6;
  return octave > 30 ? 0 : (exp2[n & 63] << 14) >> octave;
}

// By how much logit weights that add up to `sum` are shifted right, so that n of them, each raised
// to 1 at least, stay below 2^32.
[[nodiscard]] constexpr int frequency_shift(std::uint64_t sum, std::size_t n) {
  int shift = 0;
  while ((sum >> shift) + n > UINT32_MAX) ++shift;
  return shift;
}

// Row of the bigram table of 2^bits rows, bits <= 20.
[[nodiscard]] constexpr std::uint32_t bigram_bucket(std::uint32_t previous, std::uint32_t token,
                                                    int bits) {
  const std::uint32_t mixed = (previous * 0x5bd1e995U + token) * 0x1b873593U;
  return static_cast<std::uint32_t>(std::uint64_t{mixed} >> (32 - bits));
}

}  // namespace czip::v2
