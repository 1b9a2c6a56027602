#include "v2/network/attention.hpp"

#include <algorithm>
#include <cmath>

#include "nn/matrix_products.hpp"

namespace czip::nn {
namespace {

constexpr float kValueBound = 127;
constexpr float kLn2Over64 = 0.010830424696249145F;
constexpr float kScoreUnit = 0x1p-14F;
// Queries are taken in parts, so that the keys behind a part are left out.
constexpr std::size_t kPart = 64;

bool passes(float y, float dy) {
  return (y < kValueBound || dy > 0) && (y > -kValueBound || dy < 0);
}

}  // namespace

Attention::Attention(const AttentionShape& shape)
    : shape_(shape),
      scores_(shape.tokens * shape.tokens),
      products_(shape.tokens * shape.tokens),
      bias_(shape.tokens),
      mixed_(shape.tokens * shape.head_dim),
      row_product_(shape.tokens),
      row_scores_(shape.tokens) {
  for (std::size_t n = 0; n < weight_of_.size(); ++n) {
    const auto power = std::lround(65536 * std::exp2(-static_cast<double>(n % 64) / 64));
    const long fraction = std::min(65535L, power);
    const auto octave = static_cast<int>(n / 64);
    const long weight = octave > 8 ? 0 : (fraction + (128L << octave)) >> (8 + octave);
    weight_of_[n] = static_cast<std::uint8_t>(std::min(weight, 255L));
  }
}

// Scores of a head, in scores_ as products of queries and keys, to weights.
void Attention::weigh(std::size_t head, const AttentionParameters& parameters,
                      std::uint8_t* weights, float* sums) {
  const std::size_t tokens = shape_.tokens;
  const auto scale = static_cast<std::int32_t>(parameters.score_scale[head]);
  const auto sink = static_cast<std::int32_t>(parameters.sink[head]);
  std::vector<std::int32_t>& row = row_scores_;
  for (std::size_t i = 0; i < tokens; ++i) {
    const float* dots = &scores_[i * tokens];
    const float* bias = bias_.data() + (tokens - 1 - i);
    std::int32_t largest = sink;
    for (std::size_t t = 0; t <= i; ++t) {
      row[t] = ((static_cast<std::int32_t>(dots[t]) * scale + (1 << 13)) >> 14) +
               static_cast<std::int32_t>(bias[t]);
      largest = std::max(largest, row[t]);
    }
    const auto weight_of = [&](std::int32_t score) {
      return weight_of_[static_cast<std::size_t>(std::min(largest - score, 576))];
    };
    std::uint8_t* out = weights + i * tokens;
    std::int32_t sum = weight_of(sink);
    for (std::size_t t = 0; t <= i; ++t) {
      out[t] = weight_of(row[t]);
      sum += out[t];
    }
    std::fill(out + i + 1, out + tokens, std::uint8_t{0});
    sums[i] = static_cast<float>(sum);
  }
}

void Attention::forward(const float* qkv, const AttentionParameters& parameters, float* out,
                        std::uint8_t* weights, float* sums) {
  const std::size_t tokens = shape_.tokens;
  const std::size_t dim = shape_.head_dim;
  const std::size_t out_stride = shape_.heads * dim;
  for (std::size_t head = 0; head < shape_.heads; ++head) {
    const std::size_t kv = head / (shape_.heads / shape_.kv_heads) * dim;
    const float* keys = qkv + shape_.key_column() + kv;
    const float* values = qkv + shape_.value_column() + kv;
    for (std::size_t first = 0; first < tokens; first += kPart) {
      const std::size_t part = std::min(kPart, tokens - first);
      multiply_transposed({qkv + first * shape_.stride + head * dim, part, dim, shape_.stride},
                          {keys, first + part, dim, shape_.stride}, &scores_[first * tokens],
                          tokens);
    }
    for (std::size_t d = 0; d < tokens; ++d)
      bias_[tokens - 1 - d] = parameters.position_bias[head * shape_.window + d];
    std::uint8_t* head_weights = weights + head * tokens * tokens;
    weigh(head, parameters, head_weights, sums + head * tokens);
    std::copy_n(head_weights, tokens * tokens, products_.begin());
    for (std::size_t first = 0; first < tokens; first += kPart) {
      const std::size_t part = std::min(kPart, tokens - first);
      multiply({&products_[first * tokens], part, first + part, tokens},
               {values, first + part, dim, shape_.stride}, &mixed_[first * dim], dim);
    }
    for (std::size_t i = 0; i < tokens; ++i) {
      const auto sum = static_cast<std::int64_t>(sums[head * tokens + i]);
      const auto gain = static_cast<std::int64_t>(parameters.gain[head]);
      const auto factor = static_cast<double>(((gain << 24) + sum / 2) / sum) * 0x1p-32;
      for (std::size_t e = 0; e < dim; ++e) {
        const double mean = std::floor(mixed_[i * dim + e] * factor + 0.5);
        out[i * out_stride + head * dim + e] =
            static_cast<float>(std::min(std::max(mean, -127.0), 127.0));
      }
    }
  }
}

// products_ holds, of each query, the gradients of the loss by its normalised weights, and
// row_product_ the weighted mean of these; leaves there the gradients by products of queries and
// keys.
void Attention::score_gradients(std::size_t head, const AttentionParameters& parameters,
                                const std::uint8_t* weights, const float* sums,
                                const AttentionGradients& gradients) {
  const std::size_t tokens = shape_.tokens;
  const float scale = parameters.score_scale[head] * kScoreUnit;
  std::fill(bias_.begin(), bias_.end(), 0.0F);
  for (std::size_t i = 0; i < tokens; ++i) {
    const float inverse = kLn2Over64 / sums[i];
    float* row = &products_[i * tokens];
    float* bias = bias_.data() + (tokens - 1 - i);
    const std::uint8_t* weight = weights + i * tokens;
    float sum = 0;
    for (std::size_t t = 0; t <= i; ++t) {
      const float d = static_cast<float>(weight[t]) * inverse * (row[t] - row_product_[i]);
      bias[t] += d;
      sum += static_cast<float>(weight[t]);
      row[t] = d * scale;
    }
    std::fill(row + i + 1, row + tokens, 0.0F);
    gradients.sink[head] -= (sums[i] - sum) * inverse * row_product_[i];
  }
  for (std::size_t d = 0; d < tokens; ++d)
    gradients.position_bias[head * shape_.window + d] += bias_[tokens - 1 - d];
}

void Attention::backward(const float* qkv, const AttentionParameters& parameters, const float* out,
                         const std::uint8_t* weights, const float* sums, const float* dout,
                         float* dqkv, const AttentionGradients& gradients) {
  const std::size_t tokens = shape_.tokens;
  const std::size_t dim = shape_.head_dim;
  const std::size_t stride = shape_.stride;
  const std::size_t out_stride = shape_.heads * dim;
  for (std::size_t i = 0; i < tokens; ++i)
    std::fill_n(dqkv + i * stride + shape_.key_column(), 2 * shape_.kv_heads * dim, 0.0F);
  for (std::size_t head = 0; head < shape_.heads; ++head) {
    const std::size_t kv = head / (shape_.heads / shape_.kv_heads) * dim;
    const float* queries = qkv + head * dim;
    const float* keys = qkv + shape_.key_column() + kv;
    const float* values = qkv + shape_.value_column() + kv;
    const std::uint8_t* head_weights = weights + head * tokens * tokens;
    const float* head_sums = sums + head * tokens;
    const float gain = parameters.gain[head] / 256;
    // mixed_: the gradient by the mean of the values.
    for (std::size_t i = 0; i < tokens; ++i) {
      float product = 0;
      for (std::size_t e = 0; e < dim; ++e) {
        const std::size_t at = i * out_stride + head * dim + e;
        const float d = passes(out[at], dout[at]) ? dout[at] : 0;
        product += d * out[at];
        mixed_[i * dim + e] = d * gain;
      }
      row_product_[i] = product;
      gradients.gain[head] += product / parameters.gain[head];
    }
    for (std::size_t i = 0; i < tokens; ++i)
      for (std::size_t t = 0; t <= i; ++t)
        scores_[i * tokens + t] = static_cast<float>(head_weights[i * tokens + t]) / head_sums[i];
    for (std::size_t first = 0; first < tokens; first += kPart) {
      const std::size_t part = std::min(kPart, tokens - first);
      for (std::size_t i = first; i < first + part; ++i)
        std::fill(&scores_[i * tokens + i] + 1, scores_.data() + i * tokens + first + part, 0.0F);
      transposed_multiply({&scores_[first * tokens], part, first + part, tokens},
                          {&mixed_[first * dim], part, dim}, dqkv + shape_.value_column() + kv,
                          stride, Into::add);
      multiply_transposed({&mixed_[first * dim], part, dim}, {values, first + part, dim, stride},
                          &products_[first * tokens], tokens);
    }
    score_gradients(head, parameters, head_weights, head_sums, gradients);
    for (std::size_t first = 0; first < tokens; first += kPart) {
      const std::size_t part = std::min(kPart, tokens - first);
      const Matrix products(&products_[first * tokens], part, first + part, tokens);
      multiply(products, {keys, first + part, dim, stride}, dqkv + first * stride + head * dim,
               stride);
      transposed_multiply(products, {queries + first * stride, part, dim, stride},
                          dqkv + shape_.key_column() + kv, stride, Into::add);
    }
    float product = 0;
    for (std::size_t i = 0; i < tokens; ++i)
      for (std::size_t e = 0; e < dim; ++e)
        product += queries[i * stride + e] * dqkv[i * stride + head * dim + e];
    gradients.score_scale[head] += product / parameters.score_scale[head];
  }
}

}  // namespace czip::nn
