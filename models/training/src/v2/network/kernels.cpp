// Compiled once for each instruction set; see nn/isa.hpp.
#include "v2/network/kernels.hpp"

#include "czip/engine/v2/functions.hpp"
#include "nn/kernel_tools.hpp"

namespace czip::v2::training {
namespace {

using nn::clamp;
using nn::least;
using nn::most;
using nn::passes;

constexpr float kFloatValueBound = kValueBound;
constexpr float kFloatActivationBound = kActivationBound;

constexpr float kScoreUnit = static_cast<float>(nn::power_of_two(-kScoreShift));
// The squared ReLU, y = u^2 * kSquareUnit, and its slope, u * 2 * kSquareUnit.
constexpr float kSquareUnit = static_cast<float>(nn::power_of_two(-kActivationShift));

// clamp(round(x * scale), bound), ties upwards, for x an integer below 2^53 and scale a power of
// two: the format's round_shift.
float round_scaled(double x, double scale, float bound) {
  return static_cast<float>(clamp(__builtin_floor(x * scale + 0.5), double{bound}));
}

CZIP_NN_KERNEL void normalize_row(std::size_t n, double inverse, const float* x, const float* gain,
                                  float* y) {
  constexpr double kScale = nn::power_of_two(-kNormalizedShift);
  constexpr double kGainScale = nn::power_of_two(-kGainShift);
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) {
    const float normalized =
        round_scaled(static_cast<double>(x[i]) * inverse, kScale, kNormalizedBound);
    y[i] = round_scaled(static_cast<double>(normalized) * static_cast<double>(gain[i]), kGainScale,
                        kFloatValueBound);
  }
}

CZIP_NN_KERNEL void requantize(const RequantizeShape& shape, const float* x,
                               const float* multiplier, float* y) {
  const double scale = nn::power_of_two(-shape.shift);
  const float bound = shape.bound;
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const float* in = x + r * shape.stride;
    float* out = y + r * shape.stride;
    CZIP_NN_INDEPENDENT
    for (std::size_t i = 0; i < shape.n; ++i)
      out[i] = round_scaled(static_cast<double>(in[i]) * static_cast<double>(multiplier[i]), scale,
                            bound);
  }
}

CZIP_NN_KERNEL void add_requantized(const RequantizeShape& shape, const float* x,
                                    const float* multiplier, float* residual) {
  const double scale = nn::power_of_two(-shape.shift);
  const float bound = shape.bound;
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const float* in = x + r * shape.stride;
    float* out = residual + r * shape.n;
    CZIP_NN_INDEPENDENT
    for (std::size_t i = 0; i < shape.n; ++i)
      out[i] += round_scaled(static_cast<double>(in[i]) * static_cast<double>(multiplier[i]), scale,
                             bound);
  }
}

CZIP_NN_KERNEL void requantize_backward(const RequantizeShape& shape, const float* x,
                                        const float* multiplier, const float* dy, float* dx,
                                        float* dmultiplier) {
  const auto scale = static_cast<float>(nn::power_of_two(-shape.shift));
  const float bound = shape.bound;
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const std::size_t at = r * shape.stride;
    CZIP_NN_INDEPENDENT
    for (std::size_t i = 0; i < shape.n; ++i) {
      const float y = x[at + i] * multiplier[i] * scale;
      const float d = passes(y, bound, dy[at + i]) ? dy[at + i] * scale : 0;
      dmultiplier[i] += d * x[at + i];
      dx[at + i] = d * multiplier[i];
    }
  }
}

CZIP_NN_KERNEL void squared_relu(const RequantizeShape& shape, const float* x,
                                 const float* multiplier, float* y) {
  const double scale = nn::power_of_two(-shape.shift);
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const float* in = x + r * shape.n;
    float* out = y + r * shape.n;
    CZIP_NN_INDEPENDENT
    for (std::size_t i = 0; i < shape.n; ++i) {
      const float u = round_scaled(static_cast<double>(in[i]) * static_cast<double>(multiplier[i]),
                                   scale, kFloatActivationBound);
      const float positive = most(u, 0.0F);
      // The product is below 2^24, so fp32 holds it exactly.
      out[i] = least(__builtin_floorf(positive * positive * kSquareUnit + 0.5F), kFloatValueBound);
    }
  }
}

CZIP_NN_KERNEL void squared_relu_backward(const RequantizeShape& shape, const float* x,
                                          const float* multiplier, const float* dy, float* dx,
                                          float* dmultiplier) {
  const auto scale = static_cast<float>(nn::power_of_two(-shape.shift));
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const std::size_t at = r * shape.n;
    CZIP_NN_INDEPENDENT
    for (std::size_t i = 0; i < shape.n; ++i) {
      const float u = least(most(x[at + i] * multiplier[i] * scale, 0.0F), kFloatActivationBound);
      const bool pass = u * u * kSquareUnit < kFloatValueBound || dy[at + i] > 0;
      const float d = pass ? dy[at + i] * (u * (2 * kSquareUnit)) * scale : 0;
      dmultiplier[i] += d * x[at + i];
      dx[at + i] = d * multiplier[i];
    }
  }
}

CZIP_NN_KERNEL void attention_weights(const AttentionHead& head, const float* products,
                                      const float* bias, const std::uint8_t* weight_of,
                                      std::int32_t* row, std::uint8_t* weights, float* sums) {
  const std::size_t tokens = head.tokens;
  const auto scale = static_cast<std::int32_t>(head.score_scale);
  const auto sink = static_cast<std::int32_t>(head.sink);
  for (std::size_t i = 0; i < tokens; ++i) {
    const float* dots = products + i * tokens;
    const float* row_bias = bias + (tokens - 1 - i);
    std::int32_t largest = sink;
    for (std::size_t t = 0; t <= i; ++t) {
      // A product of int8 vectors of at most 128 elements is below 2^21, a scale below 2^10.
      const std::int32_t score =
          ((static_cast<std::int32_t>(dots[t]) * scale + (1 << (kScoreShift - 1))) >> kScoreShift) +
          static_cast<std::int32_t>(row_bias[t]);
      row[t] = score;
      largest = largest > score ? largest : score;
    }
    const auto weight = [&](std::int32_t score) {
      const std::int32_t below = largest - score;
      return weight_of[below < kScoreRange ? below : kScoreRange];
    };
    std::uint8_t* out = weights + i * tokens;
    std::int32_t sum = weight(sink);
    for (std::size_t t = 0; t <= i; ++t) {
      out[t] = weight(row[t]);
      sum += out[t];
    }
    for (std::size_t t = i + 1; t < tokens; ++t) out[t] = 0;
    sums[i] = static_cast<float>(sum);
  }
}

CZIP_NN_KERNEL void attention_output(const AttentionHead& head, const float* weighted,
                                     const float* sums, float* out) {
  for (std::size_t i = 0; i < head.tokens; ++i) {
    const std::uint32_t factor = attention_factor(static_cast<std::uint32_t>(head.gain),
                                                  static_cast<std::uint32_t>(sums[i]));
    const float* in = weighted + i * head.head_dim;
    float* row = out + i * head.out_stride;
    CZIP_NN_INDEPENDENT
    for (std::size_t e = 0; e < head.head_dim; ++e)
      row[e] = round_scaled(static_cast<double>(in[e]) * factor,
                            nn::power_of_two(-kAttentionOutputShift), kFloatValueBound);
  }
}

CZIP_NN_KERNEL float attention_output_backward(const AttentionHead& head, const float* out,
                                               const float* dout, float* dmean,
                                               float* row_products) {
  const float gain = head.gain / 256;
  float sum = 0;
  for (std::size_t i = 0; i < head.tokens; ++i) {
    const float* y = out + i * head.out_stride;
    const float* dy = dout + i * head.out_stride;
    float* mean = dmean + i * head.head_dim;
    float product = 0;
    CZIP_NN_INDEPENDENT
    for (std::size_t e = 0; e < head.head_dim; ++e) {
      const float d = passes(y[e], kFloatValueBound, dy[e]) ? dy[e] : 0;
      product += d * y[e];
      mean[e] = d * gain;
    }
    row_products[i] = product;
    sum += product;
  }
  return sum;
}

CZIP_NN_KERNEL void normalized_weights(const AttentionHead& head, const std::uint8_t* weights,
                                       const float* sums, float* normalized) {
  const std::size_t tokens = head.tokens;
  for (std::size_t i = 0; i < tokens; ++i) {
    const float inverse = 1 / sums[i];
    CZIP_NN_INDEPENDENT
    for (std::size_t t = 0; t <= i; ++t)
      normalized[i * tokens + t] = static_cast<float>(weights[i * tokens + t]) * inverse;
  }
}

CZIP_NN_KERNEL float score_gradients(const AttentionHead& head, const std::uint8_t* weights,
                                     const float* sums, const float* row_products, float* products,
                                     float* bias_gradients) {
  const std::size_t tokens = head.tokens;
  const float scale = head.score_scale * kScoreUnit;
  float sink_gradient = 0;
  for (std::size_t i = 0; i < tokens; ++i) {
    const float inverse = kLn2Over64 / sums[i];
    const float row_product = row_products[i];
    float* row = products + i * tokens;
    float* bias = bias_gradients + (tokens - 1 - i);
    const std::uint8_t* weight = weights + i * tokens;
    float sum = 0;
    CZIP_NN_INDEPENDENT
    for (std::size_t t = 0; t <= i; ++t) {
      const auto w = static_cast<float>(weight[t]);
      const float d = w * inverse * (row[t] - row_product);
      bias[t] += d;
      sum += w;
      row[t] = d * scale;
    }
    for (std::size_t t = i + 1; t < tokens; ++t) row[t] = 0;
    sink_gradient -= (sums[i] - sum) * inverse * row_product;
  }
  return sink_gradient;
}

CZIP_NN_KERNEL void logits(std::size_t n, double scale, const float* sums, float* out) {
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i)
    out[i] = round_scaled(static_cast<double>(sums[i]), scale, kLogitBound);
}

CZIP_NN_KERNEL float softmax(std::size_t n, std::size_t target, float* row) {
  const float largest = nn::largest_of(row, n);
  const float logit = row[target];
  float sum = 0;
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) {
    row[i] = nn::exp2_approximate((row[i] - largest) * (1.0F / kExp2Entries));
    sum += row[i];
  }
  const float inverse = 1 / sum;
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) row[i] *= inverse;
  return (logit - largest) * kLn2Over64 - __builtin_logf(sum);
}

}  // namespace

namespace CZIP_NN_ISA {
extern const Kernels kKernels;
const Kernels kKernels{.normalize_row = normalize_row,
                       .requantize = requantize,
                       .add_requantized = add_requantized,
                       .requantize_backward = requantize_backward,
                       .squared_relu = squared_relu,
                       .squared_relu_backward = squared_relu_backward,
                       .attention_weights = attention_weights,
                       .attention_output = attention_output,
                       .attention_output_backward = attention_output_backward,
                       .normalized_weights = normalized_weights,
                       .score_gradients = score_gradients,
                       .logits = logits,
                       .softmax = softmax};
}  // namespace CZIP_NN_ISA

}  // namespace czip::v2::training
