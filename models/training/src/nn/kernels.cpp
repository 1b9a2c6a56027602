// Compiled once for each instruction set; see isa.hpp.
#include "nn/kernels.hpp"

#include "nn/kernel_tools.hpp"

namespace czip::nn {
namespace {

CZIP_NN_KERNEL float dot(const float* a, const float* b, std::size_t n) {
  return dot_product(a, b, n);
}

CZIP_NN_KERNEL void combine(float a, const float* x, float b, const float* y, std::size_t n,
                            float* out) {
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) out[i] = a * x[i] + b * y[i];
}

CZIP_NN_KERNEL void add_scaled(float scale, const float* x, std::size_t n, float* sum) {
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) sum[i] += scale * x[i];
}

CZIP_NN_KERNEL void adam(const AdamStep& step, const float* gradient, std::size_t n, float* first,
                         float* second, float* value) {
  const AdamStep s = step;
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) {
    const float g = gradient[i];
    first[i] = s.first_decay * first[i] + (1 - s.first_decay) * g;
    second[i] = s.second_decay * second[i] + (1 - s.second_decay) * g * g;
    const float deviation = __builtin_sqrtf(second[i] * s.second_unbias) + 1e-12F;
    value[i] -= s.decay * value[i] + s.rate * first[i] * s.first_unbias / deviation;
  }
}

CZIP_NN_KERNEL void quantize(const Quantization& quantization, std::size_t n, float* value,
                             float* integer) {
  const Quantization q = quantization;
  const float lowest = q.low / q.unit;
  const float highest = q.high / q.unit;
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) {
    value[i] = least(most(value[i], lowest), highest);
    integer[i] = least(most(__builtin_floorf(value[i] * q.unit + 0.5F), q.low), q.high);
  }
}

CZIP_NN_KERNEL std::uint64_t sum_of_squares(const float* x, std::size_t n, float bound) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = static_cast<std::int32_t>(clamp(x[i], bound));
    sum += std::int64_t{value} * value;
  }
  return static_cast<std::uint64_t>(sum);
}

CZIP_NN_KERNEL void normalize_backward(const NormShape& shape, const NormBounds& bounds,
                                       const float* x, const float* gain, const float* y,
                                       const float* inverse_rms, const float* dy, float* dx,
                                       float* dgain) {
  const NormBounds b = bounds;
  const std::size_t n = shape.n;
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const std::size_t at = r * shape.stride;
    const float inverse = inverse_rms[r];
    float mean = 0;
    CZIP_NN_INDEPENDENT
    for (std::size_t i = 0; i < n; ++i) {
      const float passed =
          passes(y[at + i], b.output_bound, dy[at + i]) ? dy[at + i] * b.output_scale : 0;
      const float normalized = clamp(x[at + i], b.input_bound) * inverse;
      dgain[i] += passed * normalized;
      dx[at + i] = passed * gain[i];
      mean += passed * gain[i] * normalized;
    }
    mean /= static_cast<float>(n);
    CZIP_NN_INDEPENDENT
    for (std::size_t i = 0; i < n; ++i) {
      const float in = clamp(x[at + i], b.input_bound);
      const float d = inverse * (dx[at + i] - mean * in * inverse);
      dx[at + i] = passes(in, b.input_bound, d) ? d : 0;
    }
  }
}

}  // namespace

namespace CZIP_NN_ISA {
extern const Kernels kKernels;
const Kernels kKernels{.dot = dot,
                       .combine = combine,
                       .add_scaled = add_scaled,
                       .adam = adam,
                       .quantize = quantize,
                       .sum_of_squares = sum_of_squares,
                       .normalize_backward = normalize_backward};
}  // namespace CZIP_NN_ISA

}  // namespace czip::nn
