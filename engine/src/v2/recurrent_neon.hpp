// Products of bytes for the recurrent network on both NEON levels. Hidden units are at most 127, so
// that they are signed bytes, too.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/dense_neon.hpp"
#include "v2/recurrent_vector.hpp"

namespace czip::v2 {
namespace {

template <class Product>
struct NeonRecurrent {
  using Ops = simd::NeonOps;
  static constexpr std::size_t kTileOutputs = 16;

  static void pack(const std::int8_t* weights, std::size_t outputs, std::size_t inputs,
                   std::int8_t* packed) {
    simd::NeonTiles<Product>::pack(weights, outputs, inputs, packed);
  }

  static void multiply_tile(const std::int8_t* tile, const std::int8_t* x, std::size_t inputs,
                            std::int32_t* sums) {
    for (std::size_t o = 0; o < kTileOutputs; o += Product::kOutputs)
      Product::template product_of_rows<1>(tile + o * inputs, x, inputs, inputs, sums + o,
                                           kTileOutputs);
  }

  // Two sums: a vector of one would wait for itself.
  static std::int32_t node_sum(const std::int8_t* row, const std::uint8_t* hidden, std::size_t n) {
    int32x4_t sum[2] = {vdupq_n_s32(0), vdupq_n_s32(0)};
    for (std::size_t i = 0; i < n; i += 2 * simd::kNeonBytes)
      for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t first = i + half * simd::kNeonBytes;
        sum[half] = Product::multiply_add(sum[half], vld1q_s8(row + first),
                                          vreinterpretq_s8_u8(vld1q_u8(hidden + first)));
      }
    return vaddvq_s32(vaddq_s32(sum[0], sum[1]));
  }
};

}  // namespace
}  // namespace czip::v2
