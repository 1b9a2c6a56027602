// Products of weights and activations over an ISA's tile product: the walk over tiles, shared by
// plain products and by those whose sums are requantized at once (v1/vector_requantize.hpp).
//
// An Isa gives, besides its Ops:
//   kTileOutputs   outputs of a tile of weights, a multiple of the lanes; tiles lie one after
//                  another
//   kStep          inputs are padded to a multiple of this in a tile
//   kRowBlock      rows multiplied with a tile at a time
//   kRowsPerPass   rows that are multiplied while the weights pass through the cache once
//   kFetchesAhead  whether tile_product prefetches the next tile itself
//   pack           as in DenseKernels
//   Inputs         prepared rows: Inputs(x, x_stride, rows, cols, scratch)
//   TileWeights    a prepared tile: TileWeights(packed, first output, inputs)
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
#include "simd/pack_tiles.hpp"

namespace czip::simd {
namespace {

template <class Isa>
struct TileDriver {
  // Calls visit(weights, inputs, first output, first row, rows, first row of the pass) for each
  // tile.
  template <class Visit>
  static void for_each_tile(const PackedView& weight, const std::int8_t* x, std::size_t x_stride,
                            std::size_t row_count, std::int16_t* scratch, const Visit& visit) {
    for (std::size_t pass = 0; pass < row_count; pass += Isa::kRowsPerPass) {
      const std::size_t rows =
          row_count - pass < Isa::kRowsPerPass ? row_count - pass : Isa::kRowsPerPass;
      const typename Isa::Inputs inputs(x + pass * x_stride, x_stride, rows, weight.cols, scratch);
      // While a tile is multiplied the next one is prefetched, a slice with each block of rows.
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

  static void multiply(const PackedView& weight, const std::int8_t* x, std::size_t x_stride,
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

// The table of an Isa, whose layout has whole tiles of kOutputMultiple outputs.
template <class Isa, std::size_t kOutputMultiple = Isa::kTileOutputs>
constexpr DenseKernels make_dense_kernels() {
  return {.output_multiple = kOutputMultiple,
          .input_multiple = Isa::kStep,
          .pack = Isa::pack,
          .multiply = TileDriver<Isa>::multiply};
}

}  // namespace
}  // namespace czip::simd
