// The element-wise loops that train the networks of both formats, one table of functions for each
// instruction set. Vectors have fp32 elements; an output may be one of the inputs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/isa.hpp"

namespace czip::nn {

// `rows` vectors of `n` elements, `stride` apart.
struct NormShape {
  std::size_t rows, n, stride;
};

// Where the norms of the formats differ, as far as it matters for gradients:
// y = clamp(clamp(x, input_bound) * inverse_rms * gain * output_scale, output_bound).
struct NormBounds {
  float input_bound, output_scale, output_bound;
};

// Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).
struct AdamStep {
  float rate, decay;
  float first_decay, second_decay;    // of the two moments
  float first_unbias, second_unbias;  // 1 / (1 - decay^step)
};

// integer = clamp(round(value * unit), low, high).
struct Quantization {
  float unit, low, high;
};

struct Kernels {
  float (*dot)(const float* a, const float* b, std::size_t n);
  // out = a * x + b * y
  void (*combine)(float a, const float* x, float b, const float* y, std::size_t n, float* out);
  // sum += scale * x
  void (*add_scaled)(float scale, const float* x, std::size_t n, float* sum);
  void (*adam)(const AdamStep& step, const float* gradient, std::size_t n, float* first,
               float* second, float* value);
  // Also limits the values to those that `low` and `high` stand for.
  void (*quantize)(const Quantization& quantization, std::size_t n, float* value, float* integer);
  // The exact sum over clamp(x, bound), which must be integers of magnitudes of at most 2^24.
  std::uint64_t (*sum_of_squares)(const float* x, std::size_t n, float bound);
  // The gradient of RMSNorm (Zhang and Sennrich 2019): replaces dx, which may be dy, and adds to
  // dgain. inverse_rms: [rows].
  void (*normalize_backward)(const NormShape& shape, const NormBounds& bounds, const float* x,
                             const float* gain, const float* y, const float* inverse_rms,
                             const float* dy, float* dx, float* dgain);
};

// `isa` must be one of supported_isas().
[[nodiscard]] const Kernels& kernels(Isa isa);

// The table of the best instruction set.
[[nodiscard]] inline const Kernels& kernels() { return kernels(best_isa()); }

}  // namespace czip::nn
