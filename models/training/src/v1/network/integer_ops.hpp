// The element-wise functions of czip-model-v1 (conformance/czip-v1.md, sections 3 and 4) on fp32
// vectors of integers, and their gradients: those of the functions without rounding
// (straight-through), except that a value at its bound passes no gradient that would push it
// further out.
#pragma once

#include <cstddef>
#include <cstdint>

namespace czip::v1::training {

// x = requantize(x, multiplier, 20).
void requantize(std::int32_t multiplier, std::size_t count, float* x);
// dy, the gradient by what requantize() gave, becomes the gradient by what it was given.
void requantize_backward(std::int32_t multiplier, std::size_t count, const float* y, float* dy);

struct NormShape {
  std::size_t rows, n;
};
// y = rmsnorm(x, gain). inverse_rms: [rows]. x need not be limited to 127.
void normalize(const NormShape& shape, const float* x, const float* gain, float* y,
               float* inverse_rms);
// dgain += ...; dx = ...
void normalize_backward(const NormShape& shape, const float* x, const float* gain, const float* y,
                        const float* inverse_rms, const float* dy, float* dx, float* dgain);

// A row of `up` is n gates, then n values: y = ReLU(gate) * value / 128.
void apply_gates(std::size_t rows, std::size_t n, const float* up, float* y);
void apply_gates_backward(std::size_t rows, std::size_t n, const float* up, const float* dy,
                          float* dup);

}  // namespace czip::v1::training
