// The integer functions of czip-model-v1 as its specification has them (conformance/czip-v1.md,
// sections 3 to 5): what the scalar kernels, the trainer and `czip verify` compute with. Vector
// kernels give the same results by other steps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "czip/engine/integer_math.hpp"
#include "czip/engine/v1/constants.hpp"
#include "czip/engine/v1/dialect.hpp"

namespace czip::v1 {

// x limited to the range of an activation, [-127, 127].
[[nodiscard]] constexpr std::int8_t saturate7(std::int64_t x) {
  return static_cast<std::int8_t>(x > kValueBound    ? kValueBound
                                  : x < -kValueBound ? -kValueBound
                                                     : x);
}

// How the accumulators of a matrix become activations again.
struct Requantization {
  std::int32_t multiplier = 1;
  std::int8_t shift = 0;  // at most kMaxRequantizationShift
};

// accumulator * multiplier / 2^shift, ties to even, limited; for shift <= 0 without the division.
// |product| <= 2^30 * 2^31 for every accumulator of the network.
[[nodiscard]] constexpr std::int8_t requantize(std::int32_t accumulator, Requantization by) {
  const std::int64_t product = std::int64_t{accumulator} * by.multiplier;
  return saturate7(by.shift > 0 ? shift_right_rne(product, by.shift) : product);
}

// RMSNorm (Zhang & Sennrich 2019): mean square of n limited activations, plus 1 against zero.
[[nodiscard]] constexpr std::uint32_t mean_square(std::uint64_t sum_of_squares, std::size_t n) {
  return static_cast<std::uint32_t>(sum_of_squares / n + 1);
}

// The inverse root of a mean square, Q15: in [1, 32768].
[[nodiscard]] constexpr std::uint16_t inverse_rms(std::uint32_t mean_square, Dialect dialect) {
  const std::uint32_t root = integer_sqrt(std::uint64_t{mean_square} << kMeanSquareShift);
  std::uint64_t inverse = divide_rne(kInverseRmsNumerator, root);
  if (dialect == Dialect::python && (root & 1) != 0 && kInverseRmsNumerator % root == root / 2)
    inverse = kInverseRmsNumerator / root + 1;
  return static_cast<std::uint16_t>(inverse < kMinInverseRms   ? kMinInverseRms
                                    : inverse > kMaxInverseRms ? kMaxInverseRms
                                                               : inverse);
}

// One element of a normalized vector. |product| <= 127 * 128 * 32768 < 2^29.
[[nodiscard]] constexpr std::int8_t normalized(std::int64_t x, std::int8_t weight,
                                               std::int32_t inverse_rms) {
  return saturate7(shift_right_rne(std::int64_t{saturate7(x)} * weight * inverse_rms, kNormShift));
}

// Rotary position embedding (Su et al. 2021): the pair (x, y) turned by the angle whose cosine and
// sine are given in Q15, not yet limited. The sums are below 2^24.
struct RotatedPair {
  std::int64_t x;
  std::int64_t y;
};
[[nodiscard]] constexpr RotatedPair rotate_pair(std::int32_t x, std::int32_t y, std::int16_t cosine,
                                                std::int16_t sine) {
  return {shift_right_rne(x * cosine - y * sine, kRotationShift),
          shift_right_rne(x * sine + y * cosine, kRotationShift)};
}

// Score of a query and a key from their dot product, Q6. |dot| <= 64 * 127 * 128 < 2^20.
[[nodiscard]] constexpr std::int32_t attention_score(std::int64_t dot, std::int32_t multiplier) {
  return saturate32(shift_right_rne(shift_right_rne(dot, kDotShift) * multiplier, kScoreShift));
}

using Exp2Table = std::array<std::uint16_t, kExp2Entries>;  // 2^(-i/256), Q16, limited to 65535

// 2^(-n * coefficient / 2^24), Q16, in [1, 65535]: the weight of what is n below the largest score.
[[nodiscard]] constexpr std::uint32_t exp_weight(std::uint32_t n, std::uint32_t coefficient,
                                                 const Exp2Table& table) {
  if (n == 0) return kMaxExpWeight;
  // At most 2^64 - 2^33 + 1 + 2^23: no overflow. t is Q8.
  const std::uint64_t t =
      (std::uint64_t{n} * coefficient + (std::uint64_t{1} << (kExpCoefficientShift - 1))) >>
      kExpCoefficientShift;
  const std::uint64_t octaves = t >> kExp2IndexBits;
  if (octaves >= kMaxExpOctaves) return 1;
  const std::uint32_t scaled =
      ((std::uint32_t{1} << kExpWeightShift) >> octaves) * table[t & (kExp2Entries - 1)];
  const auto rounded = static_cast<std::uint32_t>(
      (std::uint64_t{scaled} + (std::uint64_t{1} << (kExpWeightShift - 1))) >> kExpWeightShift);
  return rounded < 1 ? 1 : rounded > kMaxExpWeight ? kMaxExpWeight : rounded;
}

// Online softmax (Milakov & Gimelshein 2018): a sum of weights, or of weighted values, when the
// largest score rises and all weights shrink by `factor`, an exp_weight. Half is added away from
// zero, then the shift rounds down.
[[nodiscard]] constexpr std::int64_t rescaled(std::int64_t sum, std::uint32_t factor) {
  constexpr std::int64_t kHalf = std::int64_t{1} << (kExpWeightShift - 1);
  const std::int64_t product = sum * factor;
  return (product >= 0 ? product + kHalf : product - kHalf) >> kExpWeightShift;
}

// ReGLU (Shazeer 2020): max(gate, 0) * value. At most 127^2 / 2^7 = 126.
[[nodiscard]] constexpr std::int8_t gated_relu(std::int8_t gate, std::int8_t value) {
  const std::int64_t positive = gate > 0 ? gate : 0;
  return saturate7(shift_right_rne(positive * value, kGateShift));
}

// Frequency of a symbol whose exp_weight is `weight` of `weight_sum` in all; `distributed` is
// target_total less one for every symbol. What the division loses goes to the first most likely
// symbol.
[[nodiscard]] constexpr std::uint32_t symbol_frequency(std::uint32_t weight,
                                                       std::uint32_t distributed,
                                                       std::uint32_t weight_sum) {
  return 1 + static_cast<std::uint32_t>(std::uint64_t{weight} * distributed / weight_sum);
}

}  // namespace czip::v1
