// Dense layers over an ISA's tile product: one driver for plain and for requantized outputs.
//
// An Isa gives, besides its Ops:
//   kTileOutputs     outputs of a tile of weights, a multiple of the lanes; tiles lie one after
//   another kStep            inputs are padded to a multiple of this in a tile kRowBlock rows
//   multiplied with a tile at a time kRowsPerPass     rows that share one trip of the weights
//   through the cache Inputs           rows made ready: Inputs(x, x_stride, rows, cols, scratch)
//   TileWeights      a tile made ready: TileWeights(packed, first output, scratch)
//   kFetchesAhead    whether tile_product brings the next tile nearer itself
//   tile_product(weights, inputs, first row, rows, y, y_stride)
//                    y[r][o] for kTileOutputs outputs of up to kRowBlock rows
// The tile stays in the first-level cache while the rows of a pass go past it. Sums go through
// memory rather than a callback's registers: compilers keep the inner loop's accumulators in
// registers only that way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "v1/kernels.hpp"
#include "v1/vector_kernels.hpp"

namespace czip::v1 {
namespace {

using namespace simd;

// Packs weights plus `offset`, modulo 2^8, as [outputs / kOutputs][inputs /
// kInputs][kOutputs][kInputs], padded with zero weights. False when memory runs out.
template <std::size_t kOutputs, std::size_t kInputs>
bool pack_tiles(const MatrixI8& matrix, simd::PackedMatrix& packed, int offset) {
  packed.rows = matrix.rows;
  packed.cols = matrix.cols;
  const std::size_t rows = simd::round_up(matrix.rows, kOutputs);
  const std::size_t cols = simd::round_up(matrix.cols, kInputs);
  if (!packed.weights.allocate(rows * cols)) return false;
  std::int8_t* target = packed.weights.data();
  for (std::size_t tile = 0; tile < rows; tile += kOutputs)
    for (std::size_t step = 0; step < cols; step += kInputs)
      for (std::size_t row = tile; row < tile + kOutputs; ++row)
        for (std::size_t col = step; col < step + kInputs; ++col) {
          const bool inside = row < matrix.rows && col < matrix.cols;
          const int weight = inside ? matrix.data[row * matrix.cols + col] : 0;
          *target++ = static_cast<std::int8_t>(weight + offset);
        }
  return true;
}

template <class Isa>
struct DenseKernel {
  using Ops = typename Isa::Ops;

  // Calls visit(weights, inputs, first output, first row, rows, first row of the pass) for each
  // tile.
  template <class Visit>
  static void for_each_tile(const simd::PackedMatrix& weight, const std::int8_t* x,
                            std::size_t x_stride, std::size_t row_count, std::int16_t* scratch,
                            const Visit& visit) {
    for (std::size_t pass = 0; pass < row_count; pass += Isa::kRowsPerPass) {
      const std::size_t rows =
          row_count - pass < Isa::kRowsPerPass ? row_count - pass : Isa::kRowsPerPass;
      const typename Isa::Inputs inputs(x + pass * x_stride, x_stride, rows, weight.cols, scratch);
      // While a tile is at work the next one comes nearer, a slice per block of rows at least.
      const std::size_t tile_bytes = simd::round_up(weight.cols, Isa::kStep) * Isa::kTileOutputs;
      const std::size_t slice =
          simd::round_up(tile_bytes * Isa::kRowBlock / rows, simd::kCacheLine);
      for (std::size_t o = 0; o < weight.rows; o += Isa::kTileOutputs) {
        const typename Isa::TileWeights tile(weight, o, inputs);
        const std::int8_t* next = weight.weights.data() + (o / Isa::kTileOutputs + 1) * tile_bytes;
        const std::int8_t* end = weight.weights.data() + weight.weights.size();
        for (std::size_t r = 0; r < rows; r += Isa::kRowBlock) {
          if constexpr (!Isa::kFetchesAhead)
            for (std::size_t i = 0; i < slice && next < end;
                 i += simd::kCacheLine, next += simd::kCacheLine)
              __builtin_prefetch(next, 0, 2);
          visit(tile, inputs, o, r, rows - r < Isa::kRowBlock ? rows - r : Isa::kRowBlock, pass);
        }
      }
    }
  }

  static void dense(const simd::PackedMatrix& weight, const std::int8_t* x, std::size_t x_stride,
                    std::size_t row_count, std::int32_t* y, std::size_t y_stride,
                    std::int16_t* scratch) {
    for_each_tile(weight, x, x_stride, row_count, scratch,
                  [&](const auto& tile, const auto& inputs, std::size_t o, std::size_t r,
                      std::size_t rows, std::size_t pass) {
                    Isa::tile_product(tile, inputs, r, rows, y + (pass + r) * y_stride + o,
                                      y_stride);
                  });
  }

  static void requantize_row(const std::int32_t* sums, const v1::RequantizePlan& plan,
                             std::int8_t* y) {
    if (plan.fits_32_bits) {
      for (std::size_t i = 0; i < Isa::kTileOutputs; i += Ops::kLanes)
        Ops::store_i8(y + i, v1::VectorMath<Ops>::requantize(Ops::load(sums + i), plan));
    } else {
      v1::requantize_each(sums, Isa::kTileOutputs, plan.requantizer, y);
    }
  }

  static void dense_requantize(const simd::PackedMatrix& weight, const v1::RequantizePlan& plan,
                               const std::int8_t* x, std::size_t x_stride, std::size_t row_count,
                               std::int8_t* y, std::size_t y_stride, std::int16_t* scratch) {
    for_each_tile(weight, x, x_stride, row_count, scratch,
                  [&](const auto& tile, const auto& inputs, std::size_t o, std::size_t r,
                      std::size_t rows, std::size_t pass) {
                    alignas(64) std::int32_t sums[Isa::kRowBlock * Isa::kTileOutputs];
                    Isa::tile_product(tile, inputs, r, rows, sums, Isa::kTileOutputs);
                    for (std::size_t i = 0; i < rows; ++i)
                      requantize_row(sums + i * Isa::kTileOutputs, plan,
                                     y + (pass + r + i) * y_stride + o);
                  });
  }
};

}  // namespace
}  // namespace czip::v1
