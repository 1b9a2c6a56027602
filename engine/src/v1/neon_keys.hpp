// What the attention of both NEON levels shares: keys lie in tiles like rows of weights.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/dense_neon.hpp"
#include "v1/kernels.hpp"

namespace czip::v1 {
namespace {

template <class Product>
struct NeonKeys {
  using Ops = simd::NeonOps;
  using Tiles = simd::NeonTiles<Product>;
  static constexpr std::size_t kHeadsPerPass = 1;
  static constexpr std::size_t kValueGroup = 8;

  static void append_key(const KvCache& cache, std::uint32_t position, const std::int8_t* key) {
    Tiles::place_row(cache.keys, kHeadDim, position, key, kHeadDim);
  }

  static void dot_keys(const std::int8_t* query, std::size_t, const std::int8_t* keys,
                       std::size_t n, std::int32_t* dots, std::size_t) {
    for (std::size_t t = 0; t < n; t += Product::kOutputs)
      Product::template product_of_rows<1>(keys + t * kHeadDim, query, kHeadDim, kHeadDim, dots + t,
                                           0);
  }

  // Values are kept plus 128, as unsigned bytes, for products with unsigned weights. What that adds
  // to a sum over positions, 128 times the sum of the weights, is taken off again.
  static std::uint8_t plus_128(std::int8_t x) { return static_cast<std::uint8_t>(x + 128); }
};

}  // namespace
}  // namespace czip::v1
