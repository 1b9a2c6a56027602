// Dot products of queries with keys on AVX-512 VNNI, for the attention of both networks.
//
// Keys lie as [positions / 16][dimensions / 4][16 positions][4], plus 128, as unsigned bytes;
// accumulators start at -128 times the sum of the query.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/ops_avx512.hpp"

namespace czip::simd {
namespace {

// -128 * sum of n bytes of x, n a multiple of 4.
inline std::int32_t offset_of_bytes(const std::int8_t* x, std::size_t n) {
  Sums512 sum{};
  std::size_t i = 0;
  for (; i + 64 <= n; i += 64) sum = add_products(sum, _mm512_set1_epi8(1), load_64_bytes(x + i));
  const auto rest = static_cast<__mmask16>((1U << (n - i) / 4) - 1);
  sum = add_products(sum, _mm512_set1_epi8(1), _mm512_maskz_loadu_epi32(rest, x + i));
  return -128 * Avx512Ops::sum(from_sums(sum));
}

// dots[h][t] of kHeads queries of n dimensions with kBlocks * 16 keys; the queries share the loads
// of the keys. Calls fetch(line) for each cache line of keys, so that the caller can prefetch
// others.
template <std::size_t kHeads, std::size_t kBlocks, class Fetch>
void dot_key_blocks(const std::int8_t* queries, std::size_t n,
                    const std::int32_t (&offsets)[kHeads], const std::int8_t* keys,
                    std::int32_t* dots, std::size_t stride, const Fetch& fetch) {
  Sums512 sum[kHeads][kBlocks];
  for (std::size_t h = 0; h < kHeads; ++h)
    for (std::size_t b = 0; b < kBlocks; ++b) sum[h][b] = to_sums(Avx512Ops::set(offsets[h]));
  for (std::size_t i = 0; i < n; i += 4) {
    __m512i key[kBlocks];
    for (std::size_t b = 0; b < kBlocks; ++b) {
      const std::int8_t* line = keys + b * 16 * n + i * 16;
      key[b] = load_64_bytes(line);
      fetch(line);
    }
    for (std::size_t h = 0; h < kHeads; ++h) {
      const __m512i four = broadcast_4_bytes(queries + h * n + i);
      for (std::size_t b = 0; b < kBlocks; ++b) sum[h][b] = add_products(sum[h][b], key[b], four);
    }
  }
  for (std::size_t h = 0; h < kHeads; ++h)
    for (std::size_t b = 0; b < kBlocks; ++b)
      Avx512Ops::store(dots + h * stride + b * 16, from_sums(sum[h][b]));
}

}  // namespace
}  // namespace czip::simd
