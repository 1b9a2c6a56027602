#include "v1/network/integer_ops.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "czip/engine/integer_math.hpp"
#include "v1/network/shape.hpp"

namespace czip::v1::training {
namespace {

// The format rounds magnitudes to nearest, ties to even, which is what the processor does to either
// sign unless told otherwise. The numbers given are below 2^53, so nothing is lost on the way.
double round_even(double x) { return std::nearbyint(x); }

float limited(double x) {
  return static_cast<float>(std::min(std::max(x, -double{kValueBound}), double{kValueBound}));
}
float limited(float x) { return std::min(std::max(x, -kValueBound), kValueBound); }

double requantize_factor(std::int32_t multiplier) {
  return std::ldexp(multiplier, -kRequantizeShift);
}

// The format's `inv` by the mean square, in Q15.
std::vector<float> make_inverse_rms_table() {
  constexpr std::uint64_t kLargest = 127 * 127 + 1;
  std::vector<float> table(kLargest + 1);
  for (std::uint64_t mean = 1; mean <= kLargest; ++mean) {
    const std::uint64_t inverse = divide_rne(8388608, integer_sqrt(mean << 16));
    table[mean] = static_cast<float>(std::clamp<std::uint64_t>(inverse, 1, 32768));
  }
  return table;
}

float inverse_rms_of(const float* x, std::size_t n) {
  static const std::vector<float> kTable = make_inverse_rms_table();
  std::int32_t sum = 0;  // of n <= kMaxSummands squares
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = static_cast<std::int32_t>(limited(x[i]));
    sum += value * value;
  }
  return kTable[static_cast<std::size_t>(sum) / n + 1];
}

}  // namespace

void requantize(std::int32_t multiplier, std::size_t count, float* x) {
  const double factor = requantize_factor(multiplier);
  for (std::size_t i = 0; i < count; ++i)
    x[i] = limited(round_even(static_cast<double>(x[i]) * factor));
}

void requantize_backward(std::int32_t multiplier, std::size_t count, const float* y, float* dy) {
  const auto slope = static_cast<float>(requantize_factor(multiplier));
  for (std::size_t i = 0; i < count; ++i) dy[i] = passes(y[i], dy[i]) ? dy[i] * slope : 0;
}

void normalize(const NormShape& shape, const float* x, const float* gain, float* y,
               float* inverse_rms) {
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const float* in = x + r * shape.n;
    float* out = y + r * shape.n;
    const float inverse = inverse_rms_of(in, shape.n);
    const double scale = std::ldexp(static_cast<double>(inverse), -15);
    inverse_rms[r] = static_cast<float>(scale);
    for (std::size_t i = 0; i < shape.n; ++i)
      out[i] = limited(round_even(static_cast<double>(limited(in[i]) * gain[i]) * scale));
  }
}

void normalize_backward(const NormShape& shape, const float* x, const float* gain, const float* y,
                        const float* inverse_rms, const float* dy, float* dx, float* dgain) {
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const std::size_t at = r * shape.n;
    const float inverse = inverse_rms[r];
    float mean = 0;
    for (std::size_t i = 0; i < shape.n; ++i) {
      const float d = passes(y[at + i], dy[at + i]) ? dy[at + i] : 0;
      const float normalized = limited(x[at + i]) * inverse;
      dgain[i] += d * normalized;
      dx[at + i] = d * gain[i];
      mean += dx[at + i] * normalized;
    }
    mean /= static_cast<float>(shape.n);
    for (std::size_t i = 0; i < shape.n; ++i) {
      const float in = limited(x[at + i]);
      const float d = inverse * (dx[at + i] - mean * in * inverse);
      dx[at + i] = passes(in, d) ? d : 0;
    }
  }
}

void apply_gates(std::size_t rows, std::size_t n, const float* up, float* y) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* gate = up + 2 * r * n;
    const float* value = gate + n;
    // At most 127 * 127 / 128: the format's limit to 127 never applies.
    for (std::size_t i = 0; i < n; ++i)
      y[r * n + i] = std::nearbyint(std::max(gate[i], 0.0F) * value[i] * 0x1p-7F);
  }
}

void apply_gates_backward(std::size_t rows, std::size_t n, const float* up, const float* dy,
                          float* dup) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* gate = up + 2 * r * n;
    const float* value = gate + n;
    float* dgate = dup + 2 * r * n;
    float* dvalue = dgate + n;
    for (std::size_t i = 0; i < n; ++i) {
      const float d = dy[r * n + i] * 0x1p-7F;
      dgate[i] = gate[i] > 0 ? d * value[i] : 0;
      dvalue[i] = d * std::max(gate[i], 0.0F);
    }
  }
}

}  // namespace czip::v1::training
