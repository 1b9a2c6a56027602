// Products of weights and activations for the AVX-512 VNNI level.
//
// vpdpbusd multiplies unsigned by signed bytes and adds four products to each 32-bit lane without
// saturation. Weights are stored plus 128, as unsigned bytes; accumulators start at -128 times the
// sum of the activations. Sums in between are at most 255 * 127 * 65536 < 2^31.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/keys_avx512.hpp"
#include "simd/ops_avx512.hpp"
#include "simd/vector_dense.hpp"

namespace czip::simd {
namespace {

struct Avx512Dense {
  using Ops = Avx512Ops;
  static constexpr std::size_t kTileOutputs = 32;  // two vectors of outputs
  static constexpr std::size_t kStep = 4;          // inputs per vpdpbusd lane
  static constexpr std::size_t kStepBytes = kTileOutputs * kStep;
  static constexpr std::size_t kRowBlock = 8;  // two sums a row: 16 of the 32 registers
  // A burst of fetches would stall the products; with each step, one hides among them.
  static constexpr bool kFetchesAhead = true;
  static constexpr std::size_t kRowsPerPass = 256;
  static constexpr std::size_t kStreamedAhead = 4096;  // bytes

  // Layout: [outputs / 32][inputs / 4][32 outputs][4 inputs], that of model files, too.
  static_assert(kTileOutputs == kFileTileOutputs && kStep == kFileTileInputs);
  static void pack(const std::int8_t* weights, std::size_t rows, std::size_t cols,
                   std::int8_t* packed) {
    pack_tiles<kTileOutputs, kStep, 128>(weights, rows, cols, packed);
  }

  struct Inputs {
    Inputs(const std::int8_t* rows, std::size_t row_stride, std::size_t row_count, std::size_t cols,
           std::int16_t*)
        : x(rows), stride(row_stride), count(row_count), steps(round_up(cols, kStep) / kStep) {
      for (std::size_t r = 0; r < row_count; ++r)
        offsets[r] = offset_of_bytes(x + r * stride, steps * kStep);
    }
    const std::int8_t* x;
    std::size_t stride;
    std::size_t count;
    std::size_t steps;
    std::int32_t offsets[kRowsPerPass];
  };

  struct TileWeights {
    TileWeights(const PackedView& packed, std::size_t output, const Inputs& inputs)
        : weights(reinterpret_cast<const std::uint8_t*>(packed.weights.data()) +
                  output * inputs.steps * kStep),
          next(output + kTileOutputs < packed.rows ? weights + bytes_ahead(inputs) : weights),
          next_bytes_per_step(kStepBytes * kRowBlock / round_up(inputs.count, kRowBlock)) {}

    // A whole tile; but one block of rows takes as long as its weights take from memory, which come
    // evenly if they are fetched shortly before.
    static std::size_t bytes_ahead(const Inputs& inputs) {
      const std::size_t tile = inputs.steps * kStepBytes;
      return inputs.count > kRowBlock || tile < kStreamedAhead ? tile : kStreamedAhead;
    }

    const std::uint8_t* weights;
    const std::uint8_t* next;  // what is fetched; for the last tile, itself
    std::size_t next_bytes_per_step;
  };

  template <std::size_t kRows>
  static void product_of_rows(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                              std::int32_t* y, std::size_t y_stride) {
    const std::uint8_t* weights = tile.weights;
    const std::size_t steps = inputs.steps;
    const std::size_t stride = inputs.stride;
    const std::int8_t* x = inputs.x + first_row * stride;
    const std::int32_t* offsets = inputs.offsets + first_row;
    const std::size_t next_step = tile.next_bytes_per_step;
    const std::uint8_t* next = tile.next + first_row / kRowBlock * steps * next_step;
    Sums512 sum[kRows][2];
    for (std::size_t r = 0; r < kRows; ++r) sum[r][0] = sum[r][1] = to_sums(Ops::set(offsets[r]));
    for (std::size_t step = 0; step < steps; ++step) {
      const __m512i first = load_64_bytes(weights + step * kStepBytes);
      const __m512i second = load_64_bytes(weights + step * kStepBytes + 64);
      __builtin_prefetch(next + step * next_step, 0, 2);
      if (next_step > kCacheLine) __builtin_prefetch(next + step * next_step + kCacheLine, 0, 2);
      for (std::size_t r = 0; r < kRows; ++r) {
        const __m512i four = broadcast_4_bytes(x + r * stride + step * kStep);
        sum[r][0] = add_products(sum[r][0], first, four);
        sum[r][1] = add_products(sum[r][1], second, four);
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      Ops::store(y + r * y_stride, from_sums(sum[r][0]));
      Ops::store(y + r * y_stride + 16, from_sums(sum[r][1]));
    }
  }

  // kRows counts down to the block's actual size.
  template <std::size_t kRows = kRowBlock>
  static void tile_product(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                           std::size_t rows, std::int32_t* y, std::size_t y_stride) {
    if (rows == kRows)
      product_of_rows<kRows>(tile, inputs, first_row, y, y_stride);
    else if constexpr (kRows > 1)
      tile_product<kRows - 1>(tile, inputs, first_row, rows, y, y_stride);
  }
};

}  // namespace
}  // namespace czip::simd
