// The loops of mixer_kernels.hpp, written once; each translation unit that includes this compiles
// them for its own instruction set.
#pragma once

#include <algorithm>

#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {
namespace {

inline void dot_products(const std::int32_t* const* sets, std::size_t set_count,
                         const std::int32_t* inputs, std::size_t input_count, std::int32_t* out) {
  for (std::size_t s = 0; s < set_count; ++s) {
    const std::int32_t* weights = sets[s];
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < input_count / kInputGroup * kInputGroup; ++i) {
      sum += (weights[i] * inputs[i]) >> 8;
    }
    out[s] = sum >> 8;
  }
}

inline void train(std::int32_t* const* sets, std::size_t set_count, const std::int32_t* inputs,
                  std::size_t input_count, const std::int32_t* errors) {
  for (std::size_t s = 0; s < set_count; ++s) {
    const std::int32_t error = errors[s];
    if (error == 0) continue;
    std::int32_t* weights = sets[s];
    for (std::size_t i = 0; i < input_count / kInputGroup * kInputGroup; ++i) {
      const std::int32_t moved = weights[i] + ((inputs[i] * error + (1 << 13)) >> 14);
      weights[i] = std::min(std::max(moved, -kMaxWeight), kMaxWeight);
    }
  }
}

constexpr MixerKernels make_mixer_kernels() {
  return {.dot_products = dot_products, .train = train};
}

}  // namespace
}  // namespace czip::v2
