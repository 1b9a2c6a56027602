// What the NEON levels of the czip-model-v2 network share; Tiles is a NeonTiles<Product>, whose
// layout of weights is that of the keys, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simd/dense_neon.hpp"
#include "v2/vector_kernels.hpp"

namespace czip::v2 {
namespace {

using simd::kNeonBytes;

template <class Product>
struct NeonIsa {
  using Ops = simd::NeonOps;
  using Tiles = simd::NeonTiles<Product>;

  static int32x4_t look_up_64(const std::uint32_t* table, int32x4_t index) {
    return Ops::look_up_256(table, index);
  }

  // Values: [slots][dimensions].
  static void append(const KeyValueRing& ring, std::size_t slot, const std::int8_t* key,
                     const std::int8_t* value) {
    Tiles::place_row(ring.keys, ring.head_dim, slot, key, ring.head_dim);
    std::memcpy(ring.values + slot * ring.head_dim, value, ring.head_dim);
  }

  template <std::size_t kHeads>
  static void dot_keys(const std::int8_t* queries, const KeyValueRing& ring, std::size_t slots,
                       const AttentionScratch& scratch) {
    const std::size_t n = ring.head_dim;
    for (std::size_t t = 0; t < slots; t += Product::kOutputs)
      Product::template product_of_rows<kHeads>(ring.keys + t * n, queries, n, n,
                                                scratch.scores + t, scratch.stride);
  }

  static std::uint32_t weigh(const std::int32_t* scores, std::size_t slots, std::int32_t largest,
                             const Exp2Table& exp2, std::uint8_t* weights) {
    return weigh_in_lanes<NeonIsa>(scores, slots, largest, exp2, weights);
  }

  // 16 dimensions at a time, weights and values in 16 bits.
  static void weighted_values_of_head(const KeyValueRing& ring, const std::uint8_t* weights,
                                      std::size_t slots, std::int32_t* sums) {
    const std::size_t n = ring.head_dim;
    for (std::size_t i = 0; i < n; i += kNeonBytes) {
      int32x4_t sum[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
      for (std::size_t t = 0; t < slots; ++t) {
        const int8x16_t bytes = vld1q_s8(ring.values + t * n + i);
        const int16x8_t low = vmovl_s8(vget_low_s8(bytes));
        const int16x8_t high = vmovl_high_s8(bytes);
        const auto weight = static_cast<std::int16_t>(weights[t]);
        sum[0] = vmlal_n_s16(sum[0], vget_low_s16(low), weight);
        sum[1] = vmlal_high_n_s16(sum[1], low, weight);
        sum[2] = vmlal_n_s16(sum[2], vget_low_s16(high), weight);
        sum[3] = vmlal_high_n_s16(sum[3], high, weight);
      }
      for (std::size_t d = 0; d < 4; ++d) vst1q_s32(sums + i + d * 4, sum[d]);
    }
  }

  template <std::size_t kHeads>
  static void weighted_values(const KeyValueRing& ring, const AttentionScratch& scratch,
                              std::size_t slots, std::int32_t* sums) {
    for (std::size_t h = 0; h < kHeads; ++h)
      weighted_values_of_head(ring, scratch.weights + h * scratch.stride, slots,
                              sums + h * ring.head_dim);
  }

  static void accumulate_frequencies(std::uint32_t* cumulative, std::size_t n, int shift) {
    accumulate_one_by_one(cumulative, n, shift);
  }
};

}  // namespace
}  // namespace czip::v2
