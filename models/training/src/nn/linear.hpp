// Linear maps of row vectors, and the bookkeeping around a layer's norms.
#pragma once

#include <cstddef>
#include <vector>

#include "nn/kernels.hpp"
#include "nn/matrix_products.hpp"
#include "nn/parameters.hpp"

namespace czip::nn {

// y = x * transpose(weights). x: [rows][cols], y: [rows][weights.rows]. Sums of integers are exact,
// as the formats bound them below 2^24.
inline void linear(const Parameter& weights, const float* x, std::size_t rows, float* y) {
  multiply_transposed({x, rows, weights.cols},
                      {weights.quantized.data(), weights.rows, weights.cols}, y, weights.rows);
}

// dx = dy * weights; dweights += transpose(dy) * x.
inline void linear_backward(const Parameter& weights, const float* x, const float* dy,
                            std::size_t rows, float* dx, float* dweights) {
  multiply({dy, rows, weights.rows}, {weights.quantized.data(), weights.rows, weights.cols}, dx,
           weights.cols);
  transposed_multiply({dy, rows, weights.rows}, {x, rows, weights.cols}, dweights, weights.cols,
                      Into::add);
}

inline void accumulate(const Kernels& kernels, const std::vector<float>& summand,
                       std::vector<float>& sum) {
  kernels.add_scaled(1, summand.data(), sum.size(), sum.data());
}

// What the gradient of a norm needs: its input, its output, and the inverse root mean squares.
struct NormActivations {
  NormActivations() = default;
  NormActivations(std::size_t rows, std::size_t width)
      : input(rows * width), output(rows * width), inverse_rms(rows) {}

  std::vector<float> input, output;  // [rows][width]
  std::vector<float> inverse_rms;    // [rows]
};

}  // namespace czip::nn
