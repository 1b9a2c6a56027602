// Attention and table look-ups of the v2 network for the AVX2 level: bytes are widened to 16 bits
// and multiplied by vpmaddwd.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simd/ops_avx2.hpp"
#include "v2/vector_kernels.hpp"

namespace czip::v2 {
namespace {

using simd::add_products;
using simd::from_sums;
using simd::Sums256;

// Two 16-bit integers in every lane.
__m256i broadcast_two(std::int32_t first, std::int32_t second) {
  return _mm256_set1_epi32((first & 0xffff) |
                           static_cast<std::int32_t>(static_cast<std::uint32_t>(second) << 16));
}

struct Avx2Isa {
  using Ops = simd::Avx2Ops;

  // Eight permutations of eight entries each and a choice between them; a gather takes longer.
  static __m256i look_up_64(const std::uint32_t* table, __m256i index) {
    const auto of_8 = [&](std::size_t first) {
      return _mm256_permutevar8x32_epi32(Ops::load_256(table + first), index);
    };
    const auto of_16 = [&](std::size_t first) {
      return second_where_bit<3>(index, of_8(first), of_8(first + 8));
    };
    const auto of_32 = [&](std::size_t first) {
      return second_where_bit<4>(index, of_16(first), of_16(first + 16));
    };
    return second_where_bit<5>(index, of_32(0), of_32(32));
  }

  template <int kBit>
  static __m256i second_where_bit(__m256i index, __m256i first, __m256i second) {
    const __m256i choice = _mm256_slli_epi32(index, 31 - kBit);
    return Ops::select(first, second, choice);
  }

  // Keys: [slots / 8][dimensions / 2][8 slots][2].
  // Values: [slots / 2][dimensions][2 slots].
  static void append(const KeyValueRing& ring, std::size_t slot, const std::int8_t* key,
                     const std::int8_t* value) {
    std::int8_t* keys = ring.keys + slot / 8 * 8 * ring.head_dim + slot % 8 * 2;
    for (std::size_t i = 0; i < ring.head_dim; i += 2) std::memcpy(keys + i * 8, key + i, 2);
    std::int8_t* values = ring.values + slot / 2 * 2 * ring.head_dim + slot % 2;
    for (std::size_t i = 0; i < ring.head_dim; ++i) values[i * 2] = value[i];
  }

  template <std::size_t kBlocks>
  static void dot_key_blocks(const std::int8_t* query, const std::int8_t* keys, std::size_t n,
                             std::int32_t* dots) {
    Sums256 sum[kBlocks] = {};
    for (std::size_t i = 0; i < n; i += 2) {
      const __m256i two = broadcast_two(query[i], query[i + 1]);
      for (std::size_t b = 0; b < kBlocks; ++b)
        sum[b] = add_products(sum[b], Ops::widen_16_bytes(keys + b * 8 * n + i * 8), two);
    }
    for (std::size_t b = 0; b < kBlocks; ++b) Ops::store(dots + b * 8, from_sums(sum[b]));
  }

  template <std::size_t kHeads>
  static void dot_keys(const std::int8_t* queries, const KeyValueRing& ring, std::size_t slots,
                       const AttentionScratch& scratch) {
    const std::size_t n = ring.head_dim;
    for (std::size_t h = 0; h < kHeads; ++h) {
      const std::int8_t* query = queries + h * n;
      std::int32_t* dots = scratch.scores + h * scratch.stride;
      std::size_t t = 0;
      for (; t + 64 <= slots; t += 64) dot_key_blocks<8>(query, ring.keys + t * n, n, dots + t);
      for (; t < slots; t += 16) dot_key_blocks<2>(query, ring.keys + t * n, n, dots + t);
    }
  }

  static std::uint32_t weigh(const std::int32_t* scores, std::size_t slots, std::int32_t largest,
                             const Exp2Table& exp2, std::uint8_t* weights) {
    return weigh_in_lanes<Avx2Isa>(scores, slots, largest, exp2, weights);
  }

  // kVectors * 8 dimensions.
  template <std::size_t kVectors>
  static void weighted_dimensions(const std::int8_t* values, std::size_t stride,
                                  const std::uint8_t* weights, std::size_t slots,
                                  std::int32_t* sums) {
    Sums256 sum[kVectors] = {};
    for (std::size_t t = 0; t < slots; t += 2) {
      const __m256i two = broadcast_two(weights[t], weights[t + 1]);
      for (std::size_t d = 0; d < kVectors; ++d)
        sum[d] = add_products(sum[d], Ops::widen_16_bytes(values + t * stride + d * 16), two);
    }
    for (std::size_t d = 0; d < kVectors; ++d) Ops::store(sums + d * 8, from_sums(sum[d]));
  }

  template <std::size_t kHeads>
  static void weighted_values(const KeyValueRing& ring, const AttentionScratch& scratch,
                              std::size_t slots, std::int32_t* sums) {
    const std::size_t n = ring.head_dim;
    for (std::size_t h = 0; h < kHeads; ++h, sums += n) {
      const std::uint8_t* weights = scratch.weights + h * scratch.stride;
      std::size_t i = 0;
      for (; i + 64 <= n; i += 64)
        weighted_dimensions<8>(ring.values + i * 2, n, weights, slots, sums + i);
      for (; i + 32 <= n; i += 32)
        weighted_dimensions<4>(ring.values + i * 2, n, weights, slots, sums + i);
      for (; i < n; i += 16)
        weighted_dimensions<2>(ring.values + i * 2, n, weights, slots, sums + i);
    }
  }

  static void accumulate_frequencies(std::uint32_t* cumulative, std::size_t n, int shift) {
    accumulate_one_by_one(cumulative, n, shift);
  }
};

}  // namespace
}  // namespace czip::v2
