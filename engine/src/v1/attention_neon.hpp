// Attention of the v1 network for every ARMv8 CPU.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "simd/product_neon.hpp"
#include "v1/kernels.hpp"
#include "v1/neon_keys.hpp"
#include "v1/vector_attention.hpp"

namespace czip::v1 {
namespace {

using simd::kNeonBytes;

struct NeonAttention : NeonKeys<simd::WideningProduct> {
  // Values: [positions][64 dimensions].
  static void append_key_value(const KvCache& cache, std::uint32_t position, const std::int8_t* key,
                               const std::int8_t* value) {
    append_key(cache, position, key);
    auto* values = reinterpret_cast<std::uint8_t*>(cache.values) + std::size_t{position} * kHeadDim;
    for (std::size_t i = 0; i < kHeadDim; ++i) values[i] = plus_128(value[i]);
  }

  // Whole 16-bit weights times values in 16 bits need half the products that their bytes would.
  // Sums over kFlush positions, 256 * 65535 * 255 < 2^32, are exact; without the 128s they are
  // below 2^31 and are taken apart as SegmentSums wants them: low + 256 * high.
  static constexpr std::size_t kFlush = 256;
  static constexpr std::size_t kSums = kHeadDim / 4;

  template <int kLane>
  static void add_position(uint32x4_t (&sum)[kSums], const std::uint8_t* values,
                           uint16x8_t weights) {
    for (std::size_t i = 0; i < kHeadDim; i += kNeonBytes) {
      const uint8x16_t bytes = vld1q_u8(values + kLane * kHeadDim + i);
      const uint16x8_t first = vmovl_u8(vget_low_u8(bytes));
      const uint16x8_t second = vmovl_high_u8(bytes);
      uint32x4_t* target = sum + i / 4;
      target[0] = vmlal_laneq_u16(target[0], vget_low_u16(first), weights, kLane);
      target[1] = vmlal_high_laneq_u16(target[1], first, weights, kLane);
      target[2] = vmlal_laneq_u16(target[2], vget_low_u16(second), weights, kLane);
      target[3] = vmlal_high_laneq_u16(target[3], second, weights, kLane);
    }
  }

  // Adds the sums of positions [begin, end), at most kFlush of them, in whole groups.
  static void add_block(const std::uint8_t* values, const std::uint8_t* weight_low,
                        const std::uint8_t* weight_high, std::size_t begin, std::size_t end,
                        SegmentSums& sums) {
    uint32x4_t sum[kSums];
    for (std::size_t i = 0; i < kSums; ++i) sum[i] = vdupq_n_u32(0);
    uint32x4_t weight_sum = vdupq_n_u32(0);
    for (std::size_t t = begin; t < end; t += kValueGroup) {
      const uint8x8_t low = vld1_u8(weight_low + t);
      const uint8x8_t high = vld1_u8(weight_high + t);
      const uint16x8_t weights =
          vreinterpretq_u16_u8(vcombine_u8(vzip1_u8(low, high), vzip2_u8(low, high)));
      weight_sum = vpadalq_u16(weight_sum, weights);
      const std::uint8_t* group = values + t * kHeadDim;
      add_position<0>(sum, group, weights);
      add_position<1>(sum, group, weights);
      add_position<2>(sum, group, weights);
      add_position<3>(sum, group, weights);
      add_position<4>(sum, group, weights);
      add_position<5>(sum, group, weights);
      add_position<6>(sum, group, weights);
      add_position<7>(sum, group, weights);
    }
    const uint32x4_t offset = vdupq_n_u32(128 * vaddvq_u32(weight_sum));
    for (std::size_t i = 0; i < kSums; ++i) {
      const int32x4_t exact = vreinterpretq_s32_u32(vsubq_u32(sum[i], offset));
      std::int32_t* low = sums.low + i * 4;
      std::int32_t* high = sums.high + i * 4;
      vst1q_s32(low, vaddq_s32(vld1q_s32(low), vandq_s32(exact, vdupq_n_s32(255))));
      vst1q_s32(high, vsraq_n_s32(vld1q_s32(high), exact, 8));
    }
  }

  static void weighted_values(const std::int8_t* values, const std::uint8_t* weight_low,
                              const std::uint8_t* weight_high, std::size_t begin, std::size_t end,
                              SegmentSums& sums) {
    static_assert(kFlush % kValueGroup == 0);
    sums = {};
    for (std::size_t t = begin - begin % kValueGroup; t < end; t += kFlush)
      add_block(reinterpret_cast<const std::uint8_t*>(values), weight_low, weight_high, t,
                end - t < kFlush ? end : t + kFlush, sums);
  }
};

}  // namespace
}  // namespace czip::v1
