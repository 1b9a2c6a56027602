// Attention and table look-ups of the v2 network for the AVX-512 VNNI level. vpdpbusd multiplies
// unsigned by signed bytes: keys are stored plus 128, and 128 times the sum of the query is
// subtracted (simd/keys_avx512.hpp); attention weights are unsigned bytes as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simd/keys_avx512.hpp"
#include "simd/ops_avx512.hpp"
#include "v2/vector_kernels.hpp"

namespace czip::v2 {
namespace {

using simd::add_products;
using simd::broadcast_4_bytes;
using simd::from_sums;
using simd::load_64_bytes;
using simd::Sums512;

struct Avx512Isa {
  using Ops = simd::Avx512Ops;

  static __m512i look_up_64(const std::uint32_t* table, __m512i index) {
    const __m512i low =
        _mm512_permutex2var_epi32(load_64_bytes(table), index, load_64_bytes(table + 16));
    const __m512i high =
        _mm512_permutex2var_epi32(load_64_bytes(table + 32), index, load_64_bytes(table + 48));
    return _mm512_mask_blend_epi32(_mm512_test_epi32_mask(index, Ops::set(32)), low, high);
  }

  // Keys: [slots / 16][dimensions / 4][16 slots][4], plus 128.
  // Values: [slots / 4][dimensions][4 slots].
  static void append(const KeyValueRing& ring, std::size_t slot, const std::int8_t* key,
                     const std::int8_t* value) {
    std::int8_t* keys = ring.keys + slot / 16 * 16 * ring.head_dim + slot % 16 * 4;
    for (std::size_t i = 0; i < ring.head_dim; i += 4) {
      std::uint32_t four;
      std::memcpy(&four, key + i, 4);
      four ^= 0x80808080;
      std::memcpy(keys + i * 16, &four, 4);
    }
    std::int8_t* values = ring.values + slot / 4 * 4 * ring.head_dim;
    const __mmask64 of_slot = _cvtu64_mask64(0x1111111111111111ULL << slot % 4);
    const __m128i to_slot = _mm_cvtsi32_si128(static_cast<int>(slot % 4 * 8));
    for (std::size_t i = 0; i < ring.head_dim; i += 16) {
      const __m512i bytes = _mm512_sll_epi32(Ops::load_i8(value + i), to_slot);
      std::int8_t* four = values + i * 4;
      _mm512_storeu_si512(four, _mm512_mask_mov_epi8(load_64_bytes(four), of_slot, bytes));
    }
  }

  // Prefetches a line of the next ring with each line of keys, because all streams' rings together
  // do not fit the CPU's caches.
  template <std::size_t kHeads>
  static void dot_keys(const std::int8_t* queries, const KeyValueRing& ring, std::size_t slots,
                       const AttentionScratch& scratch) {
    const std::size_t n = ring.head_dim;
    std::int32_t offsets[kHeads];
    for (std::size_t h = 0; h < kHeads; ++h) offsets[h] = simd::offset_of_bytes(queries + h * n, n);
    const auto fetch = [&](const std::int8_t* line) { __builtin_prefetch(line + ring.to_next); };
    const auto blocks = [&]<std::size_t kBlocks>(std::size_t t) {
      simd::dot_key_blocks<kHeads, kBlocks>(queries, n, offsets, ring.keys + t * n,
                                            scratch.scores + t, scratch.stride, fetch);
    };
    std::size_t t = 0;
    for (; t + 64 <= slots; t += 64) blocks.template operator()<4>(t);
    for (; t < slots; t += 16) blocks.template operator()<1>(t);
  }

  // attention_weight of 32 slots as 16-bit integers, in the order of _mm512_packus_epi32.
  // (f + (128 << o)) >> (8 + o) is the mean, rounded up, of f >> (7 + o) and 0, and a shift by 16
  // or more gives 0; `largest_7` has 7 octaves more, which the index does not see. Weights of 256
  // are left to the saturation to 8 bits.
  static __m512i weights_of_32(const std::int32_t* scores, __m512i largest_7, __m512i low,
                               __m512i high) {
    const __m512i n = _mm512_packus_epi32(_mm512_sub_epi32(largest_7, load_64_bytes(scores)),
                                          _mm512_sub_epi32(largest_7, load_64_bytes(scores + 16)));
    const __m512i entry = _mm512_permutex2var_epi16(low, n, high);
    return _mm512_avg_epu16(_mm512_srlv_epi16(entry, _mm512_srli_epi16(n, kExp2IndexBits)),
                            _mm512_setzero_si512());
  }

  static std::uint32_t weigh(const std::int32_t* scores, std::size_t slots, std::int32_t largest,
                             const Exp2Table& exp2, std::uint8_t* weights) {
    const auto half_of_table = [&](std::size_t first) {
      const __m256i a = _mm512_cvtepi32_epi16(load_64_bytes(exp2.data() + first));
      const __m256i b = _mm512_cvtepi32_epi16(load_64_bytes(exp2.data() + first + 16));
      return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
    };
    const __m512i low = half_of_table(0);
    const __m512i high = half_of_table(32);
    const __m512i largest_7 = Ops::set(largest + 7 * static_cast<std::int32_t>(kExp2Entries));
    // The two packings work within 128 bits: they put dword v * 4 + l at l * 4 + v.
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    Sums512 sum{};
    for (std::size_t t = 0; t < slots; t += 64) {
      const __m512i packed =
          _mm512_packus_epi16(weights_of_32(scores + t, largest_7, low, high),
                              weights_of_32(scores + t + 32, largest_7, low, high));
      sum = add_products(sum, packed, _mm512_set1_epi8(1));
      _mm512_storeu_si512(weights + t, _mm512_permutexvar_epi32(order, packed));
    }
    return static_cast<std::uint32_t>(Ops::sum(from_sums(sum)));
  }

  // kVectors * 16 dimensions from the i-th on. Two sums for each, for slots 0 to 3 and 4 to 7 of
  // eight, hide the instruction's latency.
  template <std::size_t kHeads, std::size_t kVectors>
  static void weighted_dimensions(const KeyValueRing& ring, std::size_t i,
                                  const AttentionScratch& scratch, std::size_t slots,
                                  std::int32_t* sums) {
    const std::size_t n = ring.head_dim;
    Sums512 sum[2][kHeads][kVectors] = {};
    for (std::size_t t = 0; t < slots; t += 8) {
      for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t first = t + half * 4;
        __m512i value[kVectors];
        for (std::size_t d = 0; d < kVectors; ++d) {
          const std::int8_t* values = ring.values + first * n + i * 4 + d * 64;
          value[d] = load_64_bytes(values);
          __builtin_prefetch(values + ring.to_next);
        }
        for (std::size_t h = 0; h < kHeads; ++h) {
          const __m512i weights = broadcast_4_bytes(scratch.weights + h * scratch.stride + first);
          for (std::size_t d = 0; d < kVectors; ++d)
            sum[half][h][d] = add_products(sum[half][h][d], weights, value[d]);
        }
      }
    }
    for (std::size_t h = 0; h < kHeads; ++h)
      for (std::size_t d = 0; d < kVectors; ++d)
        Ops::store(sums + h * n + i + d * 16,
                   Ops::add(from_sums(sum[0][h][d]), from_sums(sum[1][h][d])));
  }

  template <std::size_t kHeads>
  static void weighted_values(const KeyValueRing& ring, const AttentionScratch& scratch,
                              std::size_t slots, std::int32_t* sums) {
    std::size_t i = 0;
    for (; i + 32 <= ring.head_dim; i += 32)
      weighted_dimensions<kHeads, 2>(ring, i, scratch, slots, sums);
    if (i < ring.head_dim) weighted_dimensions<kHeads, 1>(ring, i, scratch, slots, sums);
  }

  // x[i] += x[i - kBy] within the vector.
  template <int kBy>
  static __m512i add_shifted(__m512i x) {
    return _mm512_add_epi32(x, _mm512_alignr_epi32(x, _mm512_setzero_si512(), 16 - kBy));
  }

  static void accumulate_frequencies(std::uint32_t* cumulative, std::size_t n, int shift) {
    const __m128i count = _mm_cvtsi32_si128(shift);
    __m512i carry = _mm512_setzero_si512();
    std::size_t i = 1;
    for (; i + 16 <= n + 1; i += 16) {
      __m512i x =
          _mm512_max_epu32(_mm512_srl_epi32(load_64_bytes(cumulative + i), count), Ops::set(1));
      x = add_shifted<8>(add_shifted<4>(add_shifted<2>(add_shifted<1>(x))));
      x = _mm512_add_epi32(x, carry);
      carry = _mm512_permutexvar_epi32(Ops::set(15), x);
      _mm512_storeu_si512(cumulative + i, x);
    }
    accumulate_one_by_one(cumulative + i - 1, n - (i - 1), shift);
  }
};

}  // namespace
}  // namespace czip::v2
