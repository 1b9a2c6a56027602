// The loops of mixer_kernels.hpp, written once; each isa_*.cpp compiles them for its own
// instruction set. The number of inputs is rounded down so that compilers see a whole number of
// vectors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {
namespace {

inline void dot_products(const std::int32_t* const* sets, std::size_t set_count,
                         const std::int32_t* inputs, std::size_t input_count, std::int32_t* out) {
  for (std::size_t s = 0; s < set_count; ++s) {
    const std::int32_t* weights = sets[s];
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < input_count / kInputGroup * kInputGroup; ++i) {
      sum += (weights[i] * inputs[i]) >> kMixerProductShift;
    }
    out[s] = sum >> kMixerSumShift;
  }
}

inline void train(std::int32_t* const* sets, std::size_t set_count, const std::int32_t* inputs,
                  std::size_t input_count, const std::int32_t* errors) {
  for (std::size_t s = 0; s < set_count; ++s) {
    const std::int32_t error = errors[s];
    if (error == 0) continue;
    std::int32_t* weights = sets[s];
    for (std::size_t i = 0; i < input_count / kInputGroup * kInputGroup; ++i) {
      const std::int32_t step =
          (inputs[i] * error + (1 << (kMixerStepShift - 1))) >> kMixerStepShift;
      weights[i] = std::min(std::max(weights[i] + step, -kMaxWeight), kMaxWeight);
    }
  }
}

constexpr MixerKernels make_mixer_kernels() {
  return {.dot_products = dot_products, .train = train};
}

}  // namespace
}  // namespace czip::v2
