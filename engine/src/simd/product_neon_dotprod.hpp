// Dot products of bytes for ARMv8 CPUs with the dot product extension (ARMv8.2): four products are
// added to each 32-bit lane, exactly, four bytes of one operand going to every lane.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "simd/dense_neon.hpp"

namespace czip::simd {
namespace {

// Of tiles that hold 16 outputs, or the wider ones of model files.
template <bool kOfFile>
struct DotProducts {
  static constexpr std::size_t kInputs = 4;
  static constexpr std::size_t kOutputs = 16;
  static constexpr std::size_t kSums = kOutputs / 4;
  static constexpr std::size_t kStepBytes = kOfFile ? kFileStepBytes : kInputs * kOutputs;

  static int32x4_t multiply_add(int32x4_t sum, int8x16_t weights, int8x16_t x) {
    return vdotq_s32(sum, weights, x);
  }

  // Inputs [4 * kLane, 4 * kLane + 4) of a register of 16.
  template <int kLane, std::size_t kRows>
  static void add_inputs(int32x4_t (&sum)[kRows][kSums], const std::int8_t* tile,
                         const int8x16_t (&x)[kRows]) {
    for (std::size_t o = 0; o < kSums; ++o) {
      const std::int8_t* place = tile + kLane * kStepBytes + o * kNeonBytes;
      const int8x16_t weights = kOfFile ? load_file_weights(place) : vld1q_s8(place);
      for (std::size_t r = 0; r < kRows; ++r)
        sum[r][o] = vdotq_laneq_s32(sum[r][o], weights, x[r], kLane);
    }
  }

  template <std::size_t kRows>
  static void product_of_rows(const std::int8_t* tile, const std::int8_t* x, std::size_t x_stride,
                              std::size_t cols, std::int32_t* y, std::size_t y_stride) {
    int32x4_t sum[kRows][kSums];
    for (std::size_t r = 0; r < kRows; ++r)
      for (std::size_t o = 0; o < kSums; ++o) sum[r][o] = vdupq_n_s32(0);
    for (std::size_t i = 0; i < cols; i += kNeonBytes) {
      int8x16_t inputs[kRows];
      for (std::size_t r = 0; r < kRows; ++r) inputs[r] = vld1q_s8(x + r * x_stride + i);
      add_inputs<0>(sum, tile + i / kInputs * kStepBytes, inputs);
      add_inputs<1>(sum, tile + i / kInputs * kStepBytes, inputs);
      add_inputs<2>(sum, tile + i / kInputs * kStepBytes, inputs);
      add_inputs<3>(sum, tile + i / kInputs * kStepBytes, inputs);
    }
    for (std::size_t r = 0; r < kRows; ++r)
      for (std::size_t o = 0; o < kSums; ++o) vst1q_s32(y + r * y_stride + o * 4, sum[r][o]);
  }
};

using DotProduct = DotProducts<false>;
using DotFileProduct = DotProducts<true>;

}  // namespace
}  // namespace czip::simd
