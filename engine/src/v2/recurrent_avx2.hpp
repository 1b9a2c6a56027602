// Products of bytes for the recurrent network on AVX2.
//
// vpmaddubsw multiplies unsigned by signed bytes and adds pairs of products, which here stay within
// 2 * 128 * 127 < 2^15: one factor is a magnitude of up to 128, the other is within +-127. Hidden
// units are unsigned; of the hidden layer's weights the sign goes to the activation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/ops_avx2.hpp"
#include "simd/vector_dense.hpp"
#include "v2/recurrent_vector.hpp"

namespace czip::v2 {
namespace {

struct Avx2Recurrent {
  using Ops = simd::Avx2Ops;
  static constexpr std::size_t kTileOutputs = 32;
  static constexpr std::size_t kVectors = kTileOutputs / Ops::kLanes;

  // Layout: [outputs / 32][inputs / 4][32 outputs][4 inputs].
  static void pack(const std::int8_t* weights, std::size_t outputs, std::size_t inputs,
                   std::int8_t* packed) {
    simd::pack_tiles<kTileOutputs, 4, 0>(weights, outputs, inputs, packed);
  }

  static void multiply_tile(const std::int8_t* tile, const std::int8_t* x, std::size_t inputs,
                            std::int32_t* sums) {
    const __m256i ones = _mm256_set1_epi16(1);
    simd::Sums256 sum[kVectors] = {};
    for (std::size_t i = 0; i < inputs; i += 4) {
      const __m256i four = simd::broadcast_4_bytes(x + i);
      for (std::size_t v = 0; v < kVectors; ++v) {
        const __m256i weights = Ops::load_256(tile + i * kTileOutputs + v * 32);
        const __m256i products =
            _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(four, weights));
        sum[v] = simd::add_products(sum[v], products, ones);
      }
    }
    for (std::size_t v = 0; v < kVectors; ++v)
      Ops::store(sums + v * Ops::kLanes, simd::from_sums(sum[v]));
  }

  // Two sums: a vector of one would wait for itself.
  static std::int32_t node_sum(const std::int8_t* row, const std::uint8_t* hidden, std::size_t n) {
    const __m256i ones = _mm256_set1_epi16(1);
    simd::Sums256 sum[2] = {};
    for (std::size_t i = 0; i < n; i += 64)
      for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t first = i + half * 32;
        const __m256i products =
            _mm256_maddubs_epi16(Ops::load_256(hidden + first), Ops::load_256(row + first));
        sum[half] = simd::add_products(sum[half], products, ones);
      }
    return Ops::sum(Ops::add(simd::from_sums(sum[0]), simd::from_sums(sum[1])));
  }
};

}  // namespace
}  // namespace czip::v2
