#include "v2/network/integer_ops.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "v2/network/parameters.hpp"

namespace czip::nn {
namespace {

constexpr float kValueBound = 127;
constexpr float kActivationBound = 4095;

// clamp(round(x * 2^-shift), bound) of an integer below 2^53.
float round_scaled(double x, double scale, float bound) {
  const double rounded = std::floor(x * scale + 0.5);
  return static_cast<float>(
      std::min(std::max(rounded, -static_cast<double>(bound)), static_cast<double>(bound)));
}

// Whether a gradient at y may pass: y is within its bounds, or descent brings it back.
bool passes(float y, float bound, float dy) {
  return (y < bound || dy > 0) && (y > -bound || dy < 0);
}

// 2^32 / root mean square, in Q2: the specification's `inverse`.
double inverse_rms_integer(const float* x, std::size_t n) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = static_cast<std::int64_t>(x[i]);
    sum += value * value;
  }
  const std::int64_t mean = 16 * sum / static_cast<std::int64_t>(n) + 256;
  const auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(mean)));
  return static_cast<double>(((std::int64_t{1} << 32) + root / 2) / root);
}

}  // namespace

void normalize(const NormShape& shape, const float* x, const float* gain, float* y,
               float* inverse_rms) {
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const float* in = x + r * shape.stride;
    float* out = y + r * shape.stride;
    const double inverse = inverse_rms_integer(in, shape.n);
    inverse_rms[r] = static_cast<float>(std::ldexp(inverse, -30));
    for (std::size_t i = 0; i < shape.n; ++i) {
      const float t = round_scaled(in[i] * inverse, 0x1p-20, 32767);
      out[i] = round_scaled(static_cast<double>(t) * gain[i], 0x1p-15, kValueBound);
    }
  }
}

void normalize_backward(const NormShape& shape, const float* x, const float* gain, const float* y,
                        const float* inverse_rms, const float* dy, float* dx, float* dgain) {
  // y = x / rms * gain / 32
  constexpr float kScale = 1.0F / 32;
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const std::size_t at = r * shape.stride;
    const float inverse = inverse_rms[r];
    float mean = 0;
    for (std::size_t i = 0; i < shape.n; ++i) {
      const float d = passes(y[at + i], kValueBound, dy[at + i]) ? dy[at + i] * kScale : 0;
      const float normalized = x[at + i] * inverse;
      dgain[i] += d * normalized;
      dx[at + i] = d * gain[i];
      mean += dx[at + i] * normalized;
    }
    mean /= static_cast<float>(shape.n);
    for (std::size_t i = 0; i < shape.n; ++i)
      dx[at + i] = inverse * (dx[at + i] - mean * x[at + i] * inverse);
  }
}

void requantize(const RequantizeShape& shape, const float* x, const float* multiplier, float* y) {
  const double scale = std::ldexp(1.0, -shape.shift);
  for (std::size_t r = 0; r < shape.rows; ++r)
    for (std::size_t i = 0; i < shape.n; ++i)
      y[r * shape.stride + i] = round_scaled(
          static_cast<double>(x[r * shape.stride + i]) * multiplier[i], scale, shape.bound);
}

void add_requantized(const RequantizeShape& shape, const float* x, const float* multiplier,
                     float* residual) {
  const double scale = std::ldexp(1.0, -shape.shift);
  for (std::size_t r = 0; r < shape.rows; ++r)
    for (std::size_t i = 0; i < shape.n; ++i)
      residual[r * shape.stride + i] += round_scaled(
          static_cast<double>(x[r * shape.stride + i]) * multiplier[i], scale, shape.bound);
}

void requantize_backward(const RequantizeShape& shape, const float* x, const float* multiplier,
                         const float* dy, float* dx, float* dmultiplier) {
  const float scale = std::ldexp(1.0F, -shape.shift);
  for (std::size_t r = 0; r < shape.rows; ++r) {
    for (std::size_t i = 0; i < shape.n; ++i) {
      const std::size_t at = r * shape.stride + i;
      const float d =
          passes(x[at] * multiplier[i] * scale, shape.bound, dy[at]) ? dy[at] * scale : 0;
      dmultiplier[i] += d * x[at];
      dx[at] = d * multiplier[i];
    }
  }
}

void activate(std::size_t rows, std::size_t n, const float* x, const float* multiplier, float* y) {
  const double scale = std::ldexp(1.0, -kUpShift);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = r * n + i;
      const float u =
          round_scaled(static_cast<double>(x[at]) * multiplier[i], scale, kActivationBound);
      const float positive = std::max(u, 0.0F);
      y[at] = std::min(std::floor(positive * positive * 0x1p-17F + 0.5F), kValueBound);
    }
  }
}

void activate_backward(std::size_t rows, std::size_t n, const float* x, const float* multiplier,
                       const float* dy, float* dx, float* dmultiplier) {
  const float scale = std::ldexp(1.0F, -kUpShift);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = r * n + i;
      const float u = std::min(std::max(x[at] * multiplier[i] * scale, 0.0F), kActivationBound);
      const float slope = u * 0x1p-16F;
      const bool pass = u * u * 0x1p-17F < kValueBound || dy[at] > 0;
      const float d = pass ? dy[at] * slope * scale : 0;
      dmultiplier[i] += d * x[at];
      dx[at] = d * multiplier[i];
    }
  }
}

}  // namespace czip::nn
