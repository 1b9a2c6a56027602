// The definition of the products of weights and activations. simd/isa_scalar.cpp compiles it with
// the floating-point registers disabled where the compiler can.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "simd/dense.hpp"
#include "simd/matrix.hpp"

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

void multiply(const PackedMatrix& weight, const std::int8_t* x, std::size_t x_stride,
              std::size_t row_count, std::int32_t* y, std::size_t y_stride, std::int16_t*) {
  for (std::size_t r = 0; r < row_count; ++r)
    for (std::size_t o = 0; o < weight.rows; ++o)
      y[r * y_stride + o] =
          dot(weight.weights.data() + o * weight.cols, x + r * x_stride, weight.cols);
}

constexpr DenseKernels make_scalar_dense_kernels() {
  return {.output_multiple = 1, .input_multiple = 1, .pack = pack, .multiply = multiply};
}

}  // namespace
}  // namespace czip::simd
