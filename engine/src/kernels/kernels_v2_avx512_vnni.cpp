// AVX-512 VNNI level of the czip-model-v2 network. vpdpbusd multiplies unsigned by signed bytes:
// keys are kept plus 128, which 128 times the sum of the query takes off again; attention weights
// are unsigned bytes as they are.
#include <cstring>

#include "ops_avx512.hpp"
#include "vector_v2.hpp"

namespace czip {
namespace {

struct Avx512VnniIsaV2 {
  using Ops = Avx512Ops;

  static __m512i look_up_64(const std::uint32_t* table, __m512i index) {
    const __m512i low =
        _mm512_permutex2var_epi32(load_64_bytes(table), index, load_64_bytes(table + 16));
    const __m512i high =
        _mm512_permutex2var_epi32(load_64_bytes(table + 32), index, load_64_bytes(table + 48));
    return _mm512_mask_blend_epi32(_mm512_test_epi32_mask(index, Ops::set(32)), low, high);
  }

  // Keys: [slots / 16][dimensions / 4][16 slots][4], plus 128.
  // Values: [slots / 4][dimensions][4 slots].
  static void append(const RingV2& ring, std::size_t slot, const std::int8_t* key,
                     const std::int8_t* value) {
    std::int8_t* keys = ring.keys + slot / 16 * 16 * ring.head_dim + slot % 16 * 4;
    for (std::size_t i = 0; i < ring.head_dim; i += 4) {
      std::uint32_t four;
      std::memcpy(&four, key + i, 4);
      four ^= 0x80808080;
      std::memcpy(keys + i * 16, &four, 4);
    }
    std::int8_t* values = ring.values + slot / 4 * 4 * ring.head_dim + slot % 4;
    for (std::size_t i = 0; i < ring.head_dim; ++i) values[i * 4] = value[i];
  }

  template <std::size_t kBlocks>
  static void dot_key_blocks(const std::int8_t* query, const std::int8_t* keys, std::size_t n,
                             std::int32_t offset, std::int32_t* dots) {
    __m512i sum[kBlocks];
    for (std::size_t b = 0; b < kBlocks; ++b) sum[b] = _mm512_set1_epi32(offset);
    for (std::size_t i = 0; i < n; i += 4) {
      const __m512i four = broadcast_4_bytes(query + i);
      for (std::size_t b = 0; b < kBlocks; ++b)
        sum[b] = _mm512_dpbusd_epi32(sum[b], load_64_bytes(keys + b * 16 * n + i * 16), four);
    }
    for (std::size_t b = 0; b < kBlocks; ++b) Ops::store(dots + b * 16, sum[b]);
  }

  static void dot_keys(const std::int8_t* query, const RingV2& ring, std::size_t slots,
                       std::int32_t* dots) {
    constexpr std::size_t kBlocks = 8;
    const std::size_t n = ring.head_dim;
    std::int32_t query_sum = 0;
    for (std::size_t i = 0; i < n; ++i) query_sum += query[i];
    const std::int32_t offset = -128 * query_sum;
    std::size_t t = 0;
    for (; t + kBlocks * 16 <= slots; t += kBlocks * 16)
      dot_key_blocks<kBlocks>(query, ring.keys + t * n, n, offset, dots + t);
    for (; t + 32 <= slots; t += 32)
      dot_key_blocks<2>(query, ring.keys + t * n, n, offset, dots + t);
    for (; t < slots; t += 16) dot_key_blocks<1>(query, ring.keys + t * n, n, offset, dots + t);
  }

  // kVectors * 16 dimensions. Two sums for each, for slots 0 to 3 and 4 to 7 of eight, hide the
  // instruction's latency.
  template <std::size_t kVectors>
  static void weighted_dimensions(const std::int8_t* values, std::size_t stride,
                                  const std::uint8_t* weights, std::size_t slots,
                                  std::int32_t* sums) {
    __m512i sum[2][kVectors];
    for (auto& half : sum)
      for (__m512i& vector : half) vector = _mm512_setzero_si512();
    for (std::size_t t = 0; t < slots; t += 8) {
      for (std::size_t half = 0; half < 2; ++half) {
        const __m512i four_weights = broadcast_4_bytes(weights + t + half * 4);
        const std::int8_t* four = values + (t + half * 4) * stride;
        for (std::size_t d = 0; d < kVectors; ++d)
          sum[half][d] =
              _mm512_dpbusd_epi32(sum[half][d], four_weights, load_64_bytes(four + d * 64));
      }
    }
    for (std::size_t d = 0; d < kVectors; ++d)
      Ops::store(sums + d * 16, _mm512_add_epi32(sum[0][d], sum[1][d]));
  }

  static void weighted_values(const RingV2& ring, const std::uint8_t* weights, std::size_t slots,
                              std::int32_t* sums) {
    const std::size_t n = ring.head_dim;
    std::size_t i = 0;
    for (; i + 64 <= n; i += 64)
      weighted_dimensions<4>(ring.values + i * 4, n, weights, slots, sums + i);
    for (; i + 32 <= n; i += 32)
      weighted_dimensions<2>(ring.values + i * 4, n, weights, slots, sums + i);
    for (; i < n; i += 16) weighted_dimensions<1>(ring.values + i * 4, n, weights, slots, sums + i);
  }

  // x[i] += x[i - kBy] within the vector.
  template <int kBy>
  static __m512i add_shifted(__m512i x) {
    return _mm512_add_epi32(x, _mm512_alignr_epi32(x, _mm512_setzero_si512(), 16 - kBy));
  }

  static void accumulate_masses(std::uint32_t* cumulative, std::size_t n, int shift) {
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
    accumulate_masses_one_by_one(cumulative + i - 1, n - (i - 1), shift);
  }
};

}  // namespace

const KernelsV2 kAvx512VnniKernelsV2 = make_vector_kernels_v2<Avx512VnniIsaV2>();

}  // namespace czip
