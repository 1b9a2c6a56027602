// The integer functions of the czip-llm-v1 network as its specification has them
// (conformance/czip-network-llm.md, section 2, which also gives their bounds): what the scalar
// kernels and tests compute with. Vector kernels give the same results by other steps.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "czip/engine/integer_math.hpp"
#include "czip/engine/llm/constants.hpp"

namespace czip::llm {

// Binary digits; 0 for 0. (std::bit_width returns int or T, by library.)
[[nodiscard]] constexpr int bits(std::uint64_t x) { return static_cast<int>(std::bit_width(x)); }

// Of an activation vector: int8 numbers x stand for x / 127 * mantissa * 2^(-31 - exponent).
struct VectorScale {
  std::uint32_t mantissa = 0;  // 0, or from 2^30 to 2^31 - 1
  int exponent = 0;            // k on the page

  friend constexpr bool operator==(const VectorScale&, const VectorScale&) = default;
};

// How a vector becomes int8: round(y * reciprocal / 2^shift).
struct Quantization {
  std::uint32_t reciprocal = 0;
  int shift = 1;
};

// For a vector whose largest magnitude is `largest` < 2^31.
[[nodiscard]] constexpr Quantization quantization_of(std::uint32_t largest) {
  if (largest == 0) return {};
  const int shift = bits(largest) + kReciprocalBits;
  return {static_cast<std::uint32_t>((std::uint64_t{kActivationBound} << shift) / largest), shift};
}
[[nodiscard]] constexpr std::int8_t quantized(std::int32_t y, const Quantization& q) {
  return static_cast<std::int8_t>(
      round_shift(y * static_cast<std::int64_t>(q.reciprocal), q.shift));
}
[[nodiscard]] constexpr VectorScale quantized_scale(std::uint32_t largest) {
  if (largest == 0) return {};
  const int exponent = kMantissaBits - bits(largest);
  return {largest << exponent, exponent};
}

// How far the elements of a vector are shifted before they are squared.
[[nodiscard]] constexpr int square_shift(std::uint32_t largest) {
  return bits(largest) > kSquaredBits ? bits(largest) - kSquaredBits : 0;
}

// RMSNorm (Zhang & Sennrich 2019) as a scale: largest / sqrt(sum_of_squares + epsilon), where the
// sum is that of elements shifted by square_shift(largest). largest <= kBound.
[[nodiscard]] constexpr VectorScale normalized_scale(std::uint32_t largest,
                                                     std::uint64_t sum_of_squares,
                                                     std::uint64_t epsilon) {
  if (largest == 0) return {};
  const int p = bits(largest);
  const int shift = square_shift(largest);
  const std::uint64_t total = sum_of_squares + (epsilon >> (2 * shift));
  const int up = (63 - bits(total)) / 2 * 2;
  const std::uint64_t root = integer_sqrt(total << up);
  const std::uint64_t q = (std::uint64_t{largest} << (2 * kMantissaBits - p)) / root;
  const int n = bits(q) - kMantissaBits;  // -1 to 1
  return {static_cast<std::uint32_t>(n < 0 ? q << -n : q >> n),
          kMantissaBits + shift - p - n - up / 2};
}

// The first of the two shifts of a product of `inputs` inputs: acc * scale fits 31 bits after it.
[[nodiscard]] constexpr int accumulator_shift(std::uint32_t inputs) {
  return bits(std::uint64_t{128 * 127} * inputs) - 7;
}

// How the accumulators of one row become numbers: t = round(acc * scale, first), then
// clamp(round(t * mantissa, second), kBound).
struct Rescale {
  int first = 11;
  int second = 1;  // 1 to 62
  std::uint32_t mantissa = 0;
};

[[nodiscard]] constexpr Rescale rescale_of(std::uint32_t inputs, int shift,
                                           const VectorScale& vector) {
  const int second = shift + vector.exponent;
  if (second > 62) return {accumulator_shift(inputs), 62, 0};
  return {accumulator_shift(inputs), second, vector.mantissa};
}
[[nodiscard]] constexpr std::int32_t rescaled(std::int32_t acc, std::uint32_t scale,
                                              const Rescale& how) {
  const std::int64_t t = round_shift(acc * static_cast<std::int64_t>(scale), how.first);
  return clamp_to(round_shift(t * static_cast<std::int64_t>(how.mantissa), how.second), kBound);
}

// 2^(-i/16), then 2^(-i/256), Q16. The functions also take a table of wider numbers.
using Exp2Table = std::array<std::uint16_t, kExp2Entries>;

// 2^-(gap / 256) without its whole octaves, Q32.
template <class Table>
[[nodiscard]] constexpr std::uint32_t exp2_within_octave(std::uint32_t gap, const Table& exp2) {
  return std::uint32_t{exp2[gap / kExp2Half % kExp2Half]} * exp2[kExp2Half + gap % kExp2Half];
}

// 2^-(gap / 256), Q24.
template <class Table>
[[nodiscard]] constexpr std::uint32_t exp2_weight(std::uint32_t gap, const Table& exp2) {
  const std::uint32_t octave = gap >> kGapBits;
  if (octave > kLastOctave) return 0;
  return exp2_within_octave(gap, exp2) >>
         (static_cast<std::uint32_t>(kWeightProductShift) + octave);
}

// Of a logit that is this far below the largest, Q16: 2^-(gap / 256), Q32, and at least 1.
template <class Table>
[[nodiscard]] constexpr std::uint32_t frequency(std::uint32_t below, const Table& exp2) {
  const auto gap = static_cast<std::uint32_t>(round_shift(below, kLogitGapShift));
  const std::uint32_t octave = gap >> kGapBits;
  if (octave > kLastFrequencyOctave) return 1;
  const std::uint32_t result = exp2_within_octave(gap, exp2) >> octave;
  return result == 0 ? 1 : result;
}

// How far a score is below the largest, in units of 1/256 octave. shift >= 1.
[[nodiscard]] constexpr std::uint32_t score_gap(std::int32_t largest, std::int32_t score,
                                                int shift) {
  const auto gap = static_cast<std::uint32_t>(std::int64_t{largest} - score);
  return (gap + (1U << (shift - 1))) >> shift;
}

// Weights that add up to 2^15: factor = 2^54 / sum.
[[nodiscard]] constexpr std::uint32_t attention_factor(std::uint64_t weight_sum) {
  return static_cast<std::uint32_t>((std::uint64_t{1} << kAttentionFactorBits) / weight_sum);
}
[[nodiscard]] constexpr std::int32_t attention_weight(std::uint32_t exp2_weight,
                                                      std::uint32_t factor) {
  return clamp_to(round_shift(static_cast<std::int64_t>(std::uint64_t{exp2_weight} * factor),
                              kAttentionWeightShift),
                  kMaxAttentionWeight);
}

// How far queries are shifted to have 11 bits, and one of them then.
[[nodiscard]] constexpr int query_shift(std::uint32_t largest) {
  return bits(largest) > kScoredQueryBits ? bits(largest) - kScoredQueryBits : 0;
}
[[nodiscard]] constexpr std::int32_t scored_query(std::int32_t q, int shift) {
  return clamp_to(round_shift(q, shift), kScoredQueryBound);
}

// A pair (a, b) turned by an angle (Su et al. 2021, RoPE).
[[nodiscard]] constexpr std::int32_t rotated_first(std::int32_t a, std::int32_t b, std::int32_t cos,
                                                   std::int32_t sin) {
  return static_cast<std::int32_t>(
      round_shift(std::int64_t{a} * cos - std::int64_t{b} * sin, kRotaryBits));
}
[[nodiscard]] constexpr std::int32_t rotated_second(std::int32_t a, std::int32_t b,
                                                    std::int32_t cos, std::int32_t sin) {
  return static_cast<std::int32_t>(
      round_shift(std::int64_t{b} * cos + std::int64_t{a} * sin, kRotaryBits));
}

// The table of the activation as kernels read it: entry i has gate[i] - 2^19 in its upper 20 bits
// and gate[i + 1] - gate[i] in its lower 12.
using GateTable = std::array<std::uint32_t, kGateEntries - 1>;

// g * s(g), g Q12, |g| <= kHiddenBound; Q20.
[[nodiscard]] constexpr std::int32_t activation(std::int32_t g, const GateTable& gate) {
  const std::uint64_t size = magnitude(g);
  const auto c = static_cast<std::int32_t>(size < kMaxGateInput ? size : kMaxGateInput);
  const std::uint32_t entry = gate[static_cast<std::size_t>(c >> kGateStepBits)];
  const auto rise = static_cast<std::int32_t>(entry & kMaxGateRise);
  const std::int32_t f = c & ((1 << kGateStepBits) - 1);
  const std::int32_t s = kGateOne / 2 + static_cast<std::int32_t>(entry >> 12) +
                         static_cast<std::int32_t>(round_shift(rise * f, kGateStepBits));
  return static_cast<std::int32_t>(
      round_shift(std::int64_t{g} * (g < 0 ? kGateOne - s : s), kActivationShift));
}
[[nodiscard]] constexpr std::int32_t gated(std::int32_t activation, std::int32_t u) {
  return clamp_to(round_shift(std::int64_t{activation} * u, kGatedShift), kBound);
}
[[nodiscard]] constexpr std::int32_t ungated(std::int32_t activation) {
  return static_cast<std::int32_t>(round_shift(activation, kUngatedShift));
}

// How far numbers are shifted before a Hadamard transform of `block` of them.
[[nodiscard]] constexpr int transform_shift(std::uint32_t largest, std::uint32_t block) {
  const int shift = bits(largest) - kTransformedBits + std::countr_zero(block);
  return shift > 0 ? shift : 0;
}

// A window's first tokens that stay when it moves, and by how many slots the others move.
[[nodiscard]] constexpr std::uint32_t kept_slots(std::uint32_t window, std::uint32_t kept) {
  return kept < window / kKeptDivisor ? kept : window / kKeptDivisor;
}
[[nodiscard]] constexpr std::uint32_t moved_slots(std::uint32_t window, std::uint32_t kept) {
  return (window - kept_slots(window, kept)) / 2;
}

}  // namespace czip::llm
