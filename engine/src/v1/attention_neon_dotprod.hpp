// Attention of the v1 network for ARMv8 CPUs with the dot product extension.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "simd/product_neon_dotprod.hpp"
#include "v1/kernels.hpp"
#include "v1/neon_keys.hpp"
#include "v1/vector_attention.hpp"

namespace czip::v1 {
namespace {

using simd::kNeonBytes;

struct NeonDotprodAttention : NeonKeys<simd::DotProduct> {
  // Values: [positions / 4][64 dimensions][4 positions].
  static void append_key_value(const KvCache& cache, std::uint32_t position, const std::int8_t* key,
                               const std::int8_t* value) {
    append_key(cache, position, key);
    const std::size_t in_four = position % 4;
    auto* values =
        reinterpret_cast<std::uint8_t*>(cache.values) + (position - in_four) * kHeadDim + in_four;
    for (std::size_t i = 0; i < kHeadDim; ++i) values[i * 4] = plus_128(value[i]);
  }

  static constexpr std::size_t kSums = 8;  // half of the dimensions: 16 registers, low and high

  // Positions [4 * kLane, 4 * kLane + 4) of a group of 8.
  template <int kLane>
  static void add_positions(uint32x4_t (&low)[kSums], uint32x4_t (&high)[kSums],
                            const std::uint8_t* values, uint8x8_t weight_low,
                            uint8x8_t weight_high) {
    for (std::size_t d = 0; d < kSums; ++d) {
      const uint8x16_t bytes = vld1q_u8(values + kLane * 4 * kHeadDim + d * kNeonBytes);
      low[d] = vdotq_lane_u32(low[d], bytes, weight_low, kLane);
      high[d] = vdotq_lane_u32(high[d], bytes, weight_high, kLane);
    }
  }

  // Minus 128 times the sum of the weights in every lane. Sums that start from it are exact in the
  // end, below 255 * 127 * kMaxPositions < 2^31, though they pass through 2^32 before.
  static uint32x4_t offset_of(const std::uint8_t* weights, std::size_t begin, std::size_t end) {
    uint32x2_t sum = vdup_n_u32(0);
    for (std::size_t t = begin; t < end; t += kValueGroup)
      sum = vdot_u32(sum, vld1_u8(weights + t), vdup_n_u8(128));
    return vdupq_n_u32(0 - vaddv_u32(sum));
  }

  static void weighted_values(const std::int8_t* values, const std::uint8_t* weight_low,
                              const std::uint8_t* weight_high, std::size_t begin, std::size_t end,
                              SegmentSums& sums) {
    begin -= begin % kValueGroup;
    const uint32x4_t offset_low = offset_of(weight_low, begin, end);
    const uint32x4_t offset_high = offset_of(weight_high, begin, end);
    for (std::size_t first = 0; first < kHeadDim; first += kSums * 4) {
      uint32x4_t low[kSums];
      uint32x4_t high[kSums];
      for (std::size_t d = 0; d < kSums; ++d) {
        low[d] = offset_low;
        high[d] = offset_high;
      }
      for (std::size_t t = begin; t < end; t += kValueGroup) {
        const auto* group =
            reinterpret_cast<const std::uint8_t*>(values) + t * kHeadDim + first * 4;
        const uint8x8_t group_low = vld1_u8(weight_low + t);
        const uint8x8_t group_high = vld1_u8(weight_high + t);
        add_positions<0>(low, high, group, group_low, group_high);
        add_positions<1>(low, high, group, group_low, group_high);
      }
      for (std::size_t d = 0; d < kSums; ++d) {
        vst1q_s32(sums.low + first + d * 4, vreinterpretq_s32_u32(low[d]));
        vst1q_s32(sums.high + first + d * 4, vreinterpretq_s32_u32(high[d]));
      }
    }
  }
};

}  // namespace
}  // namespace czip::v1
