// The two loops in which logistic mixing (Mahoney 2005, paq8) spends its time: a network of one
// layer whose sets of weights are selected by context. Every SIMD level gives the same results.
//
// Units: inputs and outputs are logits ("stretched" probabilities) with 8 fractional bits; weights
// have 16.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/engine/simd.hpp"

namespace czip::v2 {

inline constexpr std::int32_t kOneWeight = 1 << 16;
// A weight has 16 fractional bits: each product loses 8 of them before it is added, the sum loses
// the other 8.
inline constexpr int kMixerProductShift = 8;
inline constexpr int kMixerSumShift = 8;
// A weight moves by input * error / 2^14, rounded.
inline constexpr int kMixerStepShift = 14;
// Weights stay within +-8.0 and inputs within +-(2^12 - 1), so that weight * input < 2^19 * 2^12 =
// 2^31 fits 32 bits, and after the shift by 8 the sum of kMaxMixerInputs products stays below 2^28.
inline constexpr std::int32_t kMaxWeight = 8 * kOneWeight - 1;
inline constexpr std::size_t kMaxMixerInputs = 32;
inline constexpr std::size_t kMaxSets = 8;
// The number of inputs is a multiple of this; inputs that pad it are 0.
inline constexpr std::size_t kInputGroup = 8;

struct MixerKernels {
  // out[s] = sum over i of (sets[s][i] * inputs[i] >> kMixerProductShift), >> kMixerSumShift.
  void (*dot_products)(const std::int32_t* const* sets, std::size_t set_count,
                       const std::int32_t* inputs, std::size_t input_count, std::int32_t* out);
  // sets[s][i] += (inputs[i] * errors[s] + 2^13) >> kMixerStepShift, limited to +-kMaxWeight.
  // |errors[s]| < 2^18, so the product stays below 2^30. Sets whose error is 0 are left alone.
  void (*train)(std::int32_t* const* sets, std::size_t set_count, const std::int32_t* inputs,
                std::size_t input_count, const std::int32_t* errors);
};

// The kernels of a level. For one that supported_simd_levels() does not list: the scalar ones.
[[nodiscard]] const MixerKernels& mixer_kernels(SimdLevel level);

}  // namespace czip::v2
