// Attention of the v1 network for the AVX2 level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simd/ops_avx2.hpp"
#include "v1/kernels.hpp"
#include "v1/vector_attention.hpp"

namespace czip::v1 {
namespace {

using simd::add_products;
using simd::broadcast_4_bytes;
using simd::from_sums;
using simd::Sums256;
using simd::to_sums;

struct Avx2Attention {
  using Ops = simd::Avx2Ops;
  static constexpr std::size_t kHeadsPerPass = 1;
  static constexpr std::size_t kValueGroup = 2;

  // Keys: [positions / 8][dimensions / 4][8 positions][4].
  // Values: [positions / 2][64 dimensions][2 positions].
  static void append_key_value(const KvCache& cache, std::uint32_t position, const std::int8_t* key,
                               const std::int8_t* value) {
    std::int8_t* keys = cache.keys + std::size_t{position} / 8 * 8 * kHeadDim + position % 8 * 4;
    for (std::size_t i = 0; i < kHeadDim; i += 4) std::memcpy(keys + i * 8, key + i, 4);
    std::int8_t* values = cache.values + std::size_t{position} / 2 * 2 * kHeadDim + position % 2;
    for (std::size_t i = 0; i < kHeadDim; ++i) values[i * 2] = value[i];
  }

  // Keys and query are in [-127, 127]. The query's signs go to the keys, which vpmaddubsw then
  // multiplies by its magnitudes: pairs add up to 2 * 127^2 < 2^15, so that nothing saturates.
  template <std::size_t kBlocks>
  static void dot_key_blocks(const std::int8_t* query, const std::int8_t* magnitudes,
                             const std::int8_t* keys, std::int32_t* dots) {
    const __m256i ones = _mm256_set1_epi16(1);
    Sums256 sum[kBlocks] = {};
    for (std::size_t i = 0; i < kHeadDim; i += 4) {
      const __m256i signs = broadcast_4_bytes(query + i);
      const __m256i four = broadcast_4_bytes(magnitudes + i);
      for (std::size_t b = 0; b < kBlocks; ++b) {
        const __m256i signed_keys =
            _mm256_sign_epi8(Ops::load_256(keys + b * 8 * kHeadDim + i * 8), signs);
        sum[b] = add_products(sum[b], _mm256_maddubs_epi16(four, signed_keys), ones);
      }
    }
    for (std::size_t b = 0; b < kBlocks; ++b) Ops::store(dots + b * 8, from_sums(sum[b]));
  }

  static void dot_keys(const std::int8_t* query, std::size_t, const std::int8_t* keys,
                       std::size_t n, std::int32_t* dots, std::size_t) {
    alignas(32) std::int8_t magnitudes[kHeadDim];
    for (std::size_t i = 0; i < kHeadDim; i += 32)
      _mm256_store_si256(reinterpret_cast<__m256i*>(magnitudes + i),
                         _mm256_abs_epi8(Ops::load_256(query + i)));
    const auto blocks = [&]<std::size_t kBlocks>(std::size_t t) {
      dot_key_blocks<kBlocks>(query, magnitudes, keys + t * kHeadDim, dots + t);
    };
    std::size_t t = 0;
    for (; t + 64 <= n; t += 64) blocks.template operator()<8>(t);
    for (; t + 16 <= n; t += 16) blocks.template operator()<2>(t);
    for (; t < n; t += 8) blocks.template operator()<1>(t);
  }

  // Softmax weights go into vpmaddwd whole, as signed 16-bit integers, 2^16 less than they are from
  // 2^15 on; those, few, add 2^16 * value by themselves. Over kFlush positions the signed products
  // add up to at most 512 * 2^15 * 127 < 2^31 - 256; before further ones, their high part moves on.
  static constexpr std::size_t kFlush = 512;
  static constexpr std::size_t kSums = kHeadDim / 8;

  static void join_weights(const std::uint8_t* low, const std::uint8_t* high, std::size_t n,
                           std::int16_t* weights) {
    for (std::size_t i = 0; i < n; i += 16) {
      const __m128i low_bytes = Ops::load_128(low + i);
      const __m128i high_bytes = Ops::load_128(high + i);
      _mm_store_si128(reinterpret_cast<__m128i*>(weights + i),
                      _mm_unpacklo_epi8(low_bytes, high_bytes));
      _mm_store_si128(reinterpret_cast<__m128i*>(weights + i + 8),
                      _mm_unpackhi_epi8(low_bytes, high_bytes));
    }
  }

  // Adds the products of n signed weights, n at most kFlush.
  static void add_signed(const std::int8_t* values, const std::int16_t* weights, std::size_t n,
                         SegmentSums& sums) {
    Sums256 sum[kSums] = {};
    for (std::size_t t = 0; t < n; t += 2) {
      const __m256i pair = broadcast_4_bytes(weights + t);
      for (std::size_t d = 0; d < kSums; ++d)
        sum[d] = add_products(sum[d], Ops::widen_16_bytes(values + t * kHeadDim + d * 16), pair);
    }
    for (std::size_t d = 0; d < kSums; ++d)
      Ops::store(sums.low + d * 8, Ops::add(Ops::load(sums.low + d * 8), from_sums(sum[d])));
  }

  // Makes room in `low` for another kFlush positions.
  static void flush(SegmentSums& sums) {
    for (std::size_t i = 0; i < kHeadDim; i += Ops::kLanes) {
      const __m256i low = Ops::load(sums.low + i);
      Ops::store(sums.high + i,
                 Ops::add(Ops::load(sums.high + i), Ops::shift_right_signed<8>(low)));
      Ops::store(sums.low + i, Ops::bit_and(low, Ops::set(255)));
    }
  }

  // Adds 2^16 * value where a weight is negative as a signed integer.
  static void add_large(const std::int8_t* values, const std::int16_t* weights, std::size_t n,
                        SegmentSums& sums) {
    for (std::size_t t = 0; t < n; t += 2) {
      if (weights[t] >= 0 && weights[t + 1] >= 0) continue;
      const __m256i is_large = _mm256_srli_epi16(broadcast_4_bytes(weights + t), 15);
      const __m256i pair = _mm256_slli_epi16(is_large, 8);
      for (std::size_t d = 0; d < kSums; ++d)
        Ops::store(
            sums.high + d * 8,
            from_sums(add_products(to_sums(Ops::load(sums.high + d * 8)),
                                   Ops::widen_16_bytes(values + t * kHeadDim + d * 16), pair)));
    }
  }

  static void weighted_values(const std::int8_t* values, const std::uint8_t* weight_low,
                              const std::uint8_t* weight_high, std::size_t begin, std::size_t end,
                              SegmentSums& sums) {
    alignas(32) std::int16_t weights[kFlush];
    sums = {};
    for (std::size_t t = begin - begin % kValueGroup; t < end; t += kFlush) {
      const std::size_t n = end - t < kFlush ? end - t : kFlush;
      if (t > begin) flush(sums);
      join_weights(weight_low + t, weight_high + t, n, weights);
      add_signed(values + t * kHeadDim, weights, n, sums);
      add_large(values + t * kHeadDim, weights, n, sums);
    }
  }
};

}  // namespace
}  // namespace czip::v1
