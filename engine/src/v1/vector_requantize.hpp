// Products whose sums are requantized to int8 while they are in the cache, over an ISA's tiles
// (simd/vector_dense.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/vector_dense.hpp"
#include "v1/kernels.hpp"
#include "v1/vector_kernels.hpp"

namespace czip::v1 {
namespace {

template <class Isa>
struct RequantizedDense {
  using Ops = typename Isa::Ops;

  static void requantize_row(const std::int32_t* sums, const RequantizePlan& plan, std::int8_t* y) {
    if (plan.fits_32_bits) {
      for (std::size_t i = 0; i < Isa::kTileOutputs; i += Ops::kLanes)
        Ops::store_i8(y + i, VectorMath<Ops>::requantize(Ops::load(sums + i), plan));
    } else {
      requantize_each(sums, Isa::kTileOutputs, plan.requantization, y);
    }
  }

  static void dense_requantize(const simd::PackedMatrix& weight, const RequantizePlan& plan,
                               const std::int8_t* x, std::size_t x_stride, std::size_t row_count,
                               std::int8_t* y, std::size_t y_stride, std::int16_t* scratch) {
    simd::TileDriver<Isa>::for_each_tile(
        weight, x, x_stride, row_count, scratch,
        [&](const auto& tile, const auto& inputs, std::size_t o, std::size_t r, std::size_t rows,
            std::size_t pass) {
          alignas(64) std::int32_t sums[Isa::kRowBlock * Isa::kTileOutputs];
          Isa::tile_product(tile, inputs, r, rows, sums, Isa::kTileOutputs);
          for (std::size_t i = 0; i < rows; ++i)
            requantize_row(sums + i * Isa::kTileOutputs, plan, y + (pass + r + i) * y_stride + o);
        });
  }
};

}  // namespace
}  // namespace czip::v1
