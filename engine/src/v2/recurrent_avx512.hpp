// Products of bytes for the recurrent network on AVX-512 VNNI.
//
// vpdpbusd multiplies unsigned by signed bytes. Weights of the hidden layer are stored plus 128;
// 128 times the sum of the activations is subtracted at the end. Hidden units are unsigned.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/keys_avx512.hpp"
#include "simd/vector_dense.hpp"
#include "v2/recurrent_vector.hpp"

namespace czip::v2 {
namespace {

struct Avx512Recurrent {
  using Ops = simd::Avx512Ops;
  static constexpr std::size_t kTileOutputs = 64;
  static constexpr std::size_t kVectors = kTileOutputs / Ops::kLanes;

  // Layout: [outputs / 64][inputs / 4][64 outputs][4 inputs].
  static void pack(const std::int8_t* weights, std::size_t outputs, std::size_t inputs,
                   std::int8_t* packed) {
    simd::pack_tiles<kTileOutputs, 4, 128>(weights, outputs, inputs, packed);
  }

  // Even and odd steps have sums of their own: four vectors would wait for each other.
  static void multiply_tile(const std::int8_t* tile, const std::int8_t* x, std::size_t inputs,
                            std::int32_t* sums) {
    simd::Sums512 sum[2][kVectors] = {};
    for (std::size_t i = 0; i < inputs; i += 8)
      for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t first = i + half * 4;
        const __m512i four = simd::broadcast_4_bytes(x + first);
        for (std::size_t v = 0; v < kVectors; ++v)
          sum[half][v] = simd::add_products(
              sum[half][v], simd::load_64_bytes(tile + first * kTileOutputs + v * 64), four);
      }
    const __m512i offset = Ops::set(simd::offset_of_bytes(x, inputs));
    for (std::size_t v = 0; v < kVectors; ++v)
      Ops::store(
          sums + v * Ops::kLanes,
          Ops::add(Ops::add(simd::from_sums(sum[0][v]), simd::from_sums(sum[1][v])), offset));
  }

  static std::int32_t node_sum(const std::int8_t* row, const std::uint8_t* hidden, std::size_t n) {
    simd::Sums512 sum{};
    for (std::size_t i = 0; i < n; i += 64)
      sum = simd::add_products(sum, simd::load_64_bytes(hidden + i), simd::load_64_bytes(row + i));
    return Ops::sum(simd::from_sums(sum));
  }
};

}  // namespace
}  // namespace czip::v2
