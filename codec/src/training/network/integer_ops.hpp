// The element-wise functions of the network (conformance/czip-network-v2.md), on fp32 vectors of
// integers, and their gradients: those of the functions without rounding (straight-through), except
// that a value at its bound passes no gradient that would push it further out.
#pragma once

#include <cstddef>

namespace czip::network {

// `rows` vectors of `n` elements, `stride` apart in x, y, dy and dx. inverse_rms: [rows].
struct NormShape {
  std::size_t rows, n, stride;
};
void normalize(const NormShape& shape, const float* x, const float* gain, float* y,
               float* inverse_rms);
// dgain += ...; dx = ...
void normalize_backward(const NormShape& shape, const float* x, const float* gain, const float* y,
                        const float* inverse_rms, const float* dy, float* dx, float* dgain);

// y = rescale(x, multiplier, shift, bound), `rows` x `n`, `stride` apart.
struct RescaleShape {
  std::size_t rows, n, stride;
  int shift;
  float bound;
};
void rescale(const RescaleShape& shape, const float* x, const float* multiplier, float* y);
// residual += rescale(x), whose rows are n apart.
void add_rescaled(const RescaleShape& shape, const float* x, const float* multiplier,
                  float* residual);
// dx = ...; dmultiplier += .... dx may be dy.
void rescale_backward(const RescaleShape& shape, const float* x, const float* multiplier,
                      const float* dy, float* dx, float* dmultiplier);

// y = squared ReLU of rescale(x, multiplier, kUpShift).
void activate(std::size_t rows, std::size_t n, const float* x, const float* multiplier, float* y);
// dx may be dy.
void activate_backward(std::size_t rows, std::size_t n, const float* x, const float* multiplier,
                       const float* dy, float* dx, float* dmultiplier);

}  // namespace czip::network
