// The definition of the products of weights and activations. simd/isa_scalar.cpp compiles it with
// the floating-point registers disabled where the compiler can.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "simd/dense.hpp"
#include "simd/matrix.hpp"
#include "simd/pack_tiles.hpp"

namespace czip::simd {
namespace {

// Row-major, as the model file has it.
void pack(const std::int8_t* weights, std::size_t rows, std::size_t cols, std::int8_t* packed) {
  std::copy_n(weights, rows * cols, packed);
}

// Sum of n products of int8: |result| <= 127 * 128 * n, in range for n <= 65536.
std::int32_t dot(const std::int8_t* a, const std::int8_t* b, std::size_t n) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += std::int32_t{a[i]} * b[i];
  return sum;
}

void multiply(const PackedView& weight, const std::int8_t* x, std::size_t x_stride,
              std::size_t row_count, std::int32_t* y, std::size_t y_stride, std::int16_t*) {
  for (std::size_t r = 0; r < row_count; ++r)
    for (std::size_t o = 0; o < weight.rows; ++o)
      y[r * y_stride + o] =
          dot(weight.weights.data() + o * weight.cols, x + r * x_stride, weight.cols);
}

constexpr DenseKernels make_scalar_dense_kernels() {
  return {.output_multiple = 1, .input_multiple = 1, .pack = pack, .multiply = multiply};
}

// The products of 32 outputs of a file's tile with one row.
void multiply_file_tile(const std::uint8_t* tile, const std::int8_t* x, std::size_t cols,
                        std::int32_t* sums) {
  std::fill_n(sums, kFileTileOutputs, 0);
  for (std::size_t step = 0; step < cols; step += kFileTileInputs)
    for (std::size_t o = 0; o < kFileTileOutputs; ++o)
      for (std::size_t i = 0; i < kFileTileInputs; ++i)
        sums[o] += (*tile++ - kFileOffset) * x[step + i];
}

void multiply_file_tiles(const PackedView& weight, const std::int8_t* x, std::size_t x_stride,
                         std::size_t row_count, std::int32_t* y, std::size_t y_stride,
                         std::int16_t*) {
  const auto* tiles = reinterpret_cast<const std::uint8_t*>(weight.weights.data());
  for (std::size_t r = 0; r < row_count; ++r)
    for (std::size_t o = 0; o < weight.rows; o += kFileTileOutputs)
      multiply_file_tile(tiles + o * weight.cols, x + r * x_stride, weight.cols,
                         y + r * y_stride + o);
}

constexpr DenseKernels make_scalar_file_kernels() {
  return {.output_multiple = kFileTileOutputs,
          .input_multiple = kFileTileInputs,
          .pack = pack_tiles<kFileTileOutputs, kFileTileInputs, kFileOffset>,
          .multiply = multiply_file_tiles};
}

}  // namespace
}  // namespace czip::simd
