// mixer_kernels.hpp for AVX-512: sixteen inputs at a time.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {
namespace {

struct Avx512Mixer {
  static constexpr std::size_t kLanes = 16;
  // The number of inputs is a multiple of kInputGroup, half a vector.
  static_assert(2 * kInputGroup == kLanes);

  static __mmask16 first(std::size_t inputs) {
    return static_cast<__mmask16>(inputs >= kLanes ? 0xffff : 0xff);
  }

  static void dot_products(const std::int32_t* const* sets, std::size_t set_count,
                           const std::int32_t* inputs, std::size_t input_count, std::int32_t* out) {
    for (std::size_t s = 0; s < set_count; ++s) {
      __m512i sum = _mm512_setzero_si512();
      for (std::size_t i = 0; i < input_count; i += kLanes) {
        const __mmask16 mask = first(input_count - i);
        const __m512i products = _mm512_mullo_epi32(_mm512_maskz_loadu_epi32(mask, sets[s] + i),
                                                    _mm512_maskz_loadu_epi32(mask, inputs + i));
        sum = _mm512_add_epi32(sum, _mm512_srai_epi32(products, kMixerProductShift));
      }
      out[s] = _mm512_reduce_add_epi32(sum) >> kMixerSumShift;
    }
  }

  static void train(std::int32_t* const* sets, std::size_t set_count, const std::int32_t* inputs,
                    std::size_t input_count, const std::int32_t* errors) {
    const __m512i half = _mm512_set1_epi32(1 << (kMixerStepShift - 1));
    const __m512i highest = _mm512_set1_epi32(kMaxWeight);
    const __m512i lowest = _mm512_set1_epi32(-kMaxWeight);
    for (std::size_t s = 0; s < set_count; ++s) {
      if (errors[s] == 0) continue;
      const __m512i error = _mm512_set1_epi32(errors[s]);
      for (std::size_t i = 0; i < input_count; i += kLanes) {
        const __mmask16 mask = first(input_count - i);
        const __m512i products =
            _mm512_mullo_epi32(_mm512_maskz_loadu_epi32(mask, inputs + i), error);
        const __m512i step = _mm512_srai_epi32(_mm512_add_epi32(products, half), kMixerStepShift);
        const __m512i moved = _mm512_add_epi32(_mm512_maskz_loadu_epi32(mask, sets[s] + i), step);
        _mm512_mask_storeu_epi32(sets[s] + i, mask,
                                 _mm512_max_epi32(_mm512_min_epi32(moved, highest), lowest));
      }
    }
  }

  static constexpr MixerKernels make_kernels() {
    return {.dot_products = dot_products, .train = train};
  }
};

}  // namespace
}  // namespace czip::v2
