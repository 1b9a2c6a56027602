// Products of weights and activations over an ISA's tile product: the walk over tiles, shared by
// plain products and by those whose sums are requantized at once (v1/vector_requantize.hpp).
//
// An Isa gives, besides its Ops:
//   kTileOutputs   outputs of a tile of weights, a multiple of the lanes; tiles lie one after
//                  another
//   kStep          inputs are padded to a multiple of this in a tile
//   kRowBlock      rows multiplied with a tile at a time
//   kRowsPerPass   rows that share one trip of the weights through the cache
//   kFetchesAhead  whether tile_product brings the next tile nearer itself
//   pack           as in DenseKernels
//   Inputs         rows made ready: Inputs(x, x_stride, rows, cols, scratch)
//   TileWeights    a tile made ready: TileWeights(packed, first output, inputs)
//   tile_product(weights, inputs, first row, rows, y, y_stride)
//                  y[r][o] for kTileOutputs outputs of up to kRowBlock rows
//
// The tile stays in the first-level cache while the rows of a pass go past it. Sums go through
// memory rather than a callback's registers: compilers keep the inner loop's accumulators in
// registers only that way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/dense.hpp"
#include "simd/matrix.hpp"

namespace czip::simd {
namespace {

// Packs weights plus `offset`, modulo 2^8, as [rows / kOutputs][cols / kInputs][kOutputs][kInputs],
// padded with zero weights.
template <std::size_t kOutputs, std::size_t kInputs>
void pack_tiles(const std::int8_t* weights, std::size_t rows, std::size_t cols, int offset,
                std::int8_t* packed) {
  for (std::size_t tile = 0; tile < rows; tile += kOutputs)
    for (std::size_t step = 0; step < cols; step += kInputs)
      for (std::size_t row = tile; row < tile + kOutputs; ++row)
        for (std::size_t col = step; col < step + kInputs; ++col) {
          const bool inside = row < rows && col < cols;
          const int weight = inside ? weights[row * cols + col] : 0;
          *packed++ = static_cast<std::int8_t>(weight + offset);
        }
}

template <class Isa>
struct TileDriver {
  // Calls visit(weights, inputs, first output, first row, rows, first row of the pass) for each
  // tile.
  template <class Visit>
  static void for_each_tile(const PackedMatrix& weight, const std::int8_t* x, std::size_t x_stride,
                            std::size_t row_count, std::int16_t* scratch, const Visit& visit) {
    for (std::size_t pass = 0; pass < row_count; pass += Isa::kRowsPerPass) {
      const std::size_t rows =
          row_count - pass < Isa::kRowsPerPass ? row_count - pass : Isa::kRowsPerPass;
      const typename Isa::Inputs inputs(x + pass * x_stride, x_stride, rows, weight.cols, scratch);
      // While a tile is at work the next one comes nearer, a slice per block of rows at least.
      const std::size_t tile_bytes = round_up(weight.cols, Isa::kStep) * Isa::kTileOutputs;
      const std::size_t slice = round_up(tile_bytes * Isa::kRowBlock / rows, kCacheLine);
      for (std::size_t o = 0; o < weight.rows; o += Isa::kTileOutputs) {
        const typename Isa::TileWeights tile(weight, o, inputs);
        const std::int8_t* next = weight.weights.data() + (o / Isa::kTileOutputs + 1) * tile_bytes;
        const std::int8_t* end = weight.weights.data() + weight.weights.size();
        for (std::size_t r = 0; r < rows; r += Isa::kRowBlock) {
          if constexpr (!Isa::kFetchesAhead)
            for (std::size_t i = 0; i < slice && next < end; i += kCacheLine, next += kCacheLine)
              __builtin_prefetch(next, 0, 2);
          visit(tile, inputs, o, r, rows - r < Isa::kRowBlock ? rows - r : Isa::kRowBlock, pass);
        }
      }
    }
  }

  static void multiply(const PackedMatrix& weight, const std::int8_t* x, std::size_t x_stride,
                       std::size_t row_count, std::int32_t* y, std::size_t y_stride,
                       std::int16_t* scratch) {
    for_each_tile(weight, x, x_stride, row_count, scratch,
                  [&](const auto& tile, const auto& inputs, std::size_t o, std::size_t r,
                      std::size_t rows, std::size_t pass) {
                    Isa::tile_product(tile, inputs, r, rows, y + (pass + r) * y_stride + o,
                                      y_stride);
                  });
  }
};

// The table of an Isa.
template <class Isa>
constexpr DenseKernels make_dense_kernels() {
  return {.output_multiple = Isa::kTileOutputs,
          .input_multiple = Isa::kStep,
          .pack = Isa::pack,
          .multiply = TileDriver<Isa>::multiply};
}

}  // namespace
}  // namespace czip::simd
