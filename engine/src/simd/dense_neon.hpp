// What the NEON levels share: the layout of weights and keys, and the walk over it.
//
// Rows of weights, and likewise the keys of positions, lie in tiles:
// [rows / kOutputs][inputs / kInputs][kOutputs][kInputs], inputs padded with zeros to whole
// registers. A Product gives
//   kOutputs, kInputs   the shape of its tiles
//   product_of_rows<kRows>(tile, x, x_stride, cols, y, y_stride)
//                       y[r][o] = sum of tile[o][i] * x[r][i] for kOutputs outputs, over `cols`
//                       inputs, a multiple of kNeonBytes
// Keys are multiplied by a query as a tile of weights is by one row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simd/matrix.hpp"
#include "simd/ops_neon.hpp"
#include "simd/vector_dense.hpp"

namespace czip::simd {
namespace {

constexpr std::size_t kNeonBytes = 16;  // in a register

struct NeonInputs {
  NeonInputs(const std::int8_t* rows, std::size_t row_stride, std::size_t, std::size_t cols,
             std::int16_t*)
      : x(rows), stride(row_stride), padded_cols(round_up(cols, kNeonBytes)) {}
  const std::int8_t* x;
  std::size_t stride;
  std::size_t padded_cols;
};

constexpr std::size_t kNeonRowBlock = 4;  // four sums a row: 16 of the 32 registers

// The products of a tile, whose outputs' weights are `output_step` bytes apart, with a block of
// rows. kRows counts down to the block's actual size.
template <class Product, std::size_t kTileOutputs, std::size_t kRows = kNeonRowBlock>
void product_of_tile(const std::int8_t* weights, std::size_t output_step, const NeonInputs& inputs,
                     std::size_t first_row, std::size_t rows, std::int32_t* y,
                     std::size_t y_stride) {
  if (rows == kRows) {
    const std::int8_t* x = inputs.x + first_row * inputs.stride;
    for (std::size_t o = 0; o < kTileOutputs; o += Product::kOutputs)
      Product::template product_of_rows<kRows>(weights + o * output_step, x, inputs.stride,
                                               inputs.padded_cols, y + o, y_stride);
  } else if constexpr (kRows > 1) {
    product_of_tile<Product, kTileOutputs, kRows - 1>(weights, output_step, inputs, first_row, rows,
                                                      y, y_stride);
  }
}

template <class Product>
struct NeonTiles {
  using Ops = NeonOps;
  static constexpr std::size_t kTileOutputs = 16;
  static constexpr std::size_t kStep = kNeonBytes;
  static constexpr std::size_t kRowBlock = kNeonRowBlock;
  static constexpr bool kFetchesAhead = false;
  static constexpr std::size_t kRowsPerPass = 256;
  static_assert(kTileOutputs % Product::kOutputs == 0 && kNeonBytes % Product::kInputs == 0);

  // Copies a row of `cols` weights to its place among tiles of `padded_cols` inputs.
  static void place_row(std::int8_t* tiles, std::size_t padded_cols, std::size_t row,
                        const std::int8_t* source, std::size_t cols) {
    const std::size_t in_tile = row % Product::kOutputs;
    std::int8_t* target = tiles + (row - in_tile) * padded_cols + in_tile * Product::kInputs;
    for (std::size_t i = 0; i < cols; i += Product::kInputs) {
      const std::size_t rest = cols - i;
      std::memcpy(target + i * Product::kOutputs, source + i,
                  rest < Product::kInputs ? rest : Product::kInputs);
    }
  }

  // `packed` is zeroed.
  static void pack(const std::int8_t* weights, std::size_t rows, std::size_t cols,
                   std::int8_t* packed) {
    for (std::size_t row = 0; row < rows; ++row)
      place_row(packed, round_up(cols, kStep), row, weights + row * cols, cols);
  }

  using Inputs = NeonInputs;

  struct TileWeights {
    TileWeights(const PackedView& packed, std::size_t output, const Inputs&)
        : weights(packed.weights.data() + output * round_up(packed.cols, kStep)) {}
    const std::int8_t* weights;
  };

  static void tile_product(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                           std::size_t rows, std::int32_t* y, std::size_t y_stride) {
    product_of_tile<Product, kTileOutputs>(tile.weights, inputs.padded_cols, inputs, first_row,
                                           rows, y, y_stride);
  }
};

// Weights in the tiles of model files. A Product gives kOutputs, a divisor of 32, and
// product_of_rows as above, of weights that are kFileStepBytes apart from step to step.
template <class Product>
struct NeonFileTiles {
  using Ops = NeonOps;
  static constexpr std::size_t kTileOutputs = kFileTileOutputs;
  static constexpr std::size_t kStep = kFileTileInputs;
  static constexpr std::size_t kRowBlock = kNeonRowBlock;
  static constexpr bool kFetchesAhead = false;
  static constexpr std::size_t kRowsPerPass = 256;
  using Inputs = NeonInputs;

  static void pack(const std::int8_t* weights, std::size_t rows, std::size_t cols,
                   std::int8_t* packed) {
    pack_tiles<kTileOutputs, kStep, kFileOffset>(weights, rows, cols, packed);
  }

  struct TileWeights {
    TileWeights(const PackedView& packed, std::size_t output, const Inputs&)
        : weights(packed.weights.data() + output * packed.cols) {}
    const std::int8_t* weights;
  };

  static void tile_product(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                           std::size_t rows, std::int32_t* y, std::size_t y_stride) {
    product_of_tile<Product, kTileOutputs>(tile.weights, kStep, inputs, first_row, rows, y,
                                           y_stride);
  }
};

// Weights of a file's tile, whose offset is the sign bit's.
inline int8x16_t load_file_weights(const std::int8_t* p) {
  return veorq_s8(vld1q_s8(p), vdupq_n_s8(-128));
}

}  // namespace
}  // namespace czip::simd
