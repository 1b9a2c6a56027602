// Dot products of bytes for every ARMv8 CPU.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simd/dense_neon.hpp"

namespace czip::simd {
namespace {

// Multiplies bytes to 16 bits. Weights are at least -128 and activations at least -127, so that the
// sum of two products, at most 2 * 128 * 127 = 32512, still fits; pairs of these are added to
// 32-bit lanes.
struct WideningProduct {
  static constexpr std::size_t kOutputs = 4;
  static constexpr std::size_t kInputs = kNeonBytes;

  static int32x4_t multiply_add(int32x4_t sum, int8x16_t weights, int8x16_t x) {
    const int16x8_t first = vmull_s8(vget_low_s8(weights), vget_low_s8(x));
    return vpadalq_s16(sum, vmlal_high_s8(first, weights, x));
  }

  template <std::size_t kRows>
  static void product_of_rows(const std::int8_t* tile, const std::int8_t* x, std::size_t x_stride,
                              std::size_t cols, std::int32_t* y, std::size_t y_stride) {
    int32x4_t sum[kRows][kOutputs];
    for (std::size_t r = 0; r < kRows; ++r)
      for (std::size_t o = 0; o < kOutputs; ++o) sum[r][o] = vdupq_n_s32(0);
    for (std::size_t i = 0; i < cols; i += kInputs) {
      int8x16_t inputs[kRows];
      for (std::size_t r = 0; r < kRows; ++r) inputs[r] = vld1q_s8(x + r * x_stride + i);
      for (std::size_t o = 0; o < kOutputs; ++o) {
        const int8x16_t weights = vld1q_s8(tile + i * kOutputs + o * kInputs);
        for (std::size_t r = 0; r < kRows; ++r)
          sum[r][o] = multiply_add(sum[r][o], weights, inputs[r]);
      }
    }
    for (std::size_t r = 0; r < kRows; ++r)
      vst1q_s32(y + r * y_stride,
                vpaddq_s32(vpaddq_s32(sum[r][0], sum[r][1]), vpaddq_s32(sum[r][2], sum[r][3])));
  }
};

// The same for the tiles of model files: eight outputs at a time. Each register of sums holds two
// sums for each of two outputs.
struct WideningFileProduct {
  static constexpr std::size_t kOutputs = 8;
  static constexpr std::size_t kRegisters = kOutputs / 4;

  static int8x16_t broadcast_4_bytes(const std::int8_t* x) {
    std::int32_t four;
    std::memcpy(&four, x, sizeof(four));
    return vreinterpretq_s8_s32(vdupq_n_s32(four));
  }

  template <std::size_t kRows>
  static void product_of_rows(const std::int8_t* tile, const std::int8_t* x, std::size_t x_stride,
                              std::size_t cols, std::int32_t* y, std::size_t y_stride) {
    int32x4_t sum[kRows][2 * kRegisters];
    for (std::size_t r = 0; r < kRows; ++r)
      for (std::size_t o = 0; o < 2 * kRegisters; ++o) sum[r][o] = vdupq_n_s32(0);
    for (std::size_t i = 0; i < cols; i += 2 * kFileTileInputs, tile += 2 * kFileStepBytes) {
      for (std::size_t o = 0; o < kRegisters; ++o) {
        const int8x16_t first = load_file_weights(tile + o * kNeonBytes);
        const int8x16_t second = load_file_weights(tile + kFileStepBytes + o * kNeonBytes);
        for (std::size_t r = 0; r < kRows; ++r) {
          const int8x16_t a = broadcast_4_bytes(x + r * x_stride + i);
          const int8x16_t b = broadcast_4_bytes(x + r * x_stride + i + kFileTileInputs);
          const int16x8_t low = vmull_s8(vget_low_s8(first), vget_low_s8(a));
          const int16x8_t high = vmull_high_s8(first, a);
          sum[r][2 * o] =
              vpadalq_s16(sum[r][2 * o], vmlal_s8(low, vget_low_s8(second), vget_low_s8(b)));
          sum[r][2 * o + 1] = vpadalq_s16(sum[r][2 * o + 1], vmlal_high_s8(high, second, b));
        }
      }
    }
    for (std::size_t r = 0; r < kRows; ++r)
      for (std::size_t o = 0; o < kRegisters; ++o)
        vst1q_s32(y + r * y_stride + o * 4, vpaddq_s32(sum[r][2 * o], sum[r][2 * o + 1]));
  }
};

}  // namespace
}  // namespace czip::simd
