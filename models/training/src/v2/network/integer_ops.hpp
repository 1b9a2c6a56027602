// The element-wise functions of the network (conformance/czip-network-v2.md), on fp32 vectors of
// integers, and their gradients: those of the functions without rounding (straight-through), except
// that a value at its bound passes no gradient that would push it further out.
#pragma once

#include <cstddef>

namespace czip::nn {

// `rows` vectors of `n` elements, `stride` apart in x, y, dy and dx. inverse_rms: [rows].
struct NormShape {
  std::size_t rows, n, stride;
};
void normalize(const NormShape& shape, const float* x, const float* gain, float* y,
               float* inverse_rms);
// dgain += ...; dx = ...
void normalize_backward(const NormShape& shape, const float* x, const float* gain, const float* y,
                        const float* inverse_rms, const float* dy, float* dx, float* dgain);

// y = requantize(x, multiplier, shift, bound), `rows` x `n`, `stride` apart.
struct RequantizeShape {
  std::size_t rows, n, stride;
  int shift;
  float bound;
};
void requantize(const RequantizeShape& shape, const float* x, const float* multiplier, float* y);
// residual += requantize(x), whose rows are n apart.
void add_requantized(const RequantizeShape& shape, const float* x, const float* multiplier,
                     float* residual);
// dx = ...; dmultiplier += .... dx may be dy.
void requantize_backward(const RequantizeShape& shape, const float* x, const float* multiplier,
                         const float* dy, float* dx, float* dmultiplier);

// y = squared ReLU of requantize(x, multiplier, kUpShift).
void activate(std::size_t rows, std::size_t n, const float* x, const float* multiplier, float* y);
// dx may be dy.
void activate_backward(std::size_t rows, std::size_t n, const float* x, const float* multiplier,
                       const float* dy, float* dx, float* dmultiplier);

}  // namespace czip::nn
