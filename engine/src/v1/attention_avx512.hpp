// Attention of the v1 network for the AVX-512 VNNI level. Keys are stored plus 128, as unsigned
// bytes, which vpdpbusd multiplies by the signed bytes of the query (simd/keys_avx512.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simd/keys_avx512.hpp"
#include "simd/ops_avx512.hpp"
#include "v1/kernels.hpp"
#include "v1/vector_attention.hpp"

namespace czip::v1 {
namespace {

using simd::add_products;
using simd::broadcast_4_bytes;
using simd::from_sums;
using simd::load_64_bytes;
using simd::Sums512;

struct Avx512Attention {
  using Ops = simd::Avx512Ops;
  static constexpr std::size_t kHeadsPerPass = 3;  // four blocks of keys each: 12 sums
  static constexpr std::size_t kValueGroup = 4;

  // Keys: [positions / 16][dimensions / 4][16 positions][4], plus 128.
  // Values: [positions / 4][64 dimensions][4 positions].
  static void append_key_value(const KvCache& cache, std::uint32_t position, const std::int8_t* key,
                               const std::int8_t* value) {
    std::int8_t* keys = cache.keys + std::size_t{position} / 16 * 16 * kHeadDim + position % 16 * 4;
    for (std::size_t i = 0; i < kHeadDim; i += 4) {
      std::uint32_t four;
      std::memcpy(&four, key + i, 4);
      four ^= 0x80808080;
      std::memcpy(keys + i * 16, &four, 4);
    }
    std::int8_t* values = cache.values + std::size_t{position} / 4 * 4 * kHeadDim + position % 4;
    for (std::size_t i = 0; i < kHeadDim; ++i) values[i * 4] = value[i];
  }

  template <std::size_t kHeads = kHeadsPerPass>
  static void dot_keys(const std::int8_t* queries, std::size_t heads, const std::int8_t* keys,
                       std::size_t n, std::int32_t* dots, std::size_t stride) {
    if constexpr (kHeads > 1)
      if (heads < kHeads) return dot_keys<kHeads - 1>(queries, heads, keys, n, dots, stride);
    std::int32_t offsets[kHeads];
    for (std::size_t h = 0; h < kHeads; ++h)
      offsets[h] = simd::offset_of_bytes(queries + h * kHeadDim, kHeadDim);
    const auto blocks = [&]<std::size_t kBlocks>(std::size_t t) {
      simd::dot_key_blocks<kHeads, kBlocks>(queries, kHeadDim, offsets, keys + t * kHeadDim,
                                            dots + t, stride, [](const std::int8_t*) {});
    };
    std::size_t t = 0;
    for (; t + 64 <= n; t += 64) blocks.template operator()<4>(t);
    if (t + 32 <= n) {
      blocks.template operator()<2>(t);
      t += 32;
    }
    for (; t < n; t += 16) blocks.template operator()<1>(t);
  }

  static void weighted_values(const std::int8_t* values, const std::uint8_t* weight_low,
                              const std::uint8_t* weight_high, std::size_t begin, std::size_t end,
                              SegmentSums& sums) {
    Sums512 low[4] = {};
    Sums512 high[4] = {};
    for (std::size_t t = begin - begin % kValueGroup; t < end; t += kValueGroup) {
      const __m512i four_low = broadcast_4_bytes(weight_low + t);
      const __m512i four_high = broadcast_4_bytes(weight_high + t);
      for (std::size_t d = 0; d < 4; ++d) {
        __m512i four_values = load_64_bytes(values + t * kHeadDim + d * 64);
        // Or GCC loads them a second time for the second product, which takes a third longer.
        __asm__("" : "+v"(four_values));
        low[d] = add_products(low[d], four_low, four_values);
        high[d] = add_products(high[d], four_high, four_values);
      }
    }
    for (std::size_t d = 0; d < 4; ++d) {
      Ops::store(sums.low + d * 16, from_sums(low[d]));
      Ops::store(sums.high + d * 16, from_sums(high[d]));
    }
  }
};

}  // namespace
}  // namespace czip::v1
