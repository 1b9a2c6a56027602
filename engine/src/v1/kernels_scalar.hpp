// The reference kernels of the v1 network: plain loops in the order of conformance/czip-v1.md. They
// define what every other level computes. simd/isa_scalar.cpp compiles them with the floating-point
// registers disabled where the compiler can.
#pragma once

#include <algorithm>

#include "czip/engine/integer_math.hpp"
#include "simd/dense_scalar.hpp"
#include "v1/kernels.hpp"

namespace czip::v1 {
namespace {

using simd::dot;

void dense_requantize(const simd::PackedMatrix& weight, const RequantizePlan& plan,
                      const std::int8_t* x, std::size_t x_stride, std::size_t row_count,
                      std::int8_t* y, std::size_t y_stride, std::int16_t*) {
  for (std::size_t r = 0; r < row_count; ++r)
    for (std::size_t o = 0; o < weight.rows; ++o) {
      const std::int32_t accumulator =
          dot(weight.weights.data() + o * weight.cols, x + r * x_stride, weight.cols);
      requantize_each(&accumulator, 1, plan.requantization, y + r * y_stride + o);
    }
}

template <class Source>
std::int32_t inverse_rms_of(const Source* x, std::size_t n,
                            const std::uint16_t* inverse_rms_table) {
  std::uint64_t sum_of_squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t xi = saturate7(x[i]);
    sum_of_squares += static_cast<std::uint32_t>(xi * xi);
  }
  return inverse_rms_table[mean_square(sum_of_squares, n)];
}

void normalize_residual(const std::int32_t* residual, const std::int8_t* weight,
                        const std::uint16_t* inverse_rms_table, std::size_t n, std::int8_t* y) {
  const std::int32_t inverse = inverse_rms_of(residual, n, inverse_rms_table);
  for (std::size_t i = 0; i < n; ++i) y[i] = normalized(residual[i], weight[i], inverse);
}

// The residual grows by at most 127 a call: 127 * (2 * kMaxLayers + 1) in all.
void add_normalized(const std::int8_t* x, const std::int8_t* weight,
                    const std::uint16_t* inverse_rms_table, std::size_t n, std::int32_t* residual) {
  const std::int32_t inverse = inverse_rms_of(x, n, inverse_rms_table);
  for (std::size_t i = 0; i < n; ++i) residual[i] += normalized(x[i], weight[i], inverse);
}

void gate(const std::int8_t* gates, const std::int8_t* values, std::size_t n, std::int8_t* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = gated_relu(gates[i], values[i]);
}

// A head's elements i and i + 32 are a pair.
template <int kFurtherShift>
void rotate(std::int8_t* head, const std::int16_t* cosine, const std::int16_t* sine) {
  for (std::size_t i = 0; i < kRopePairs; ++i) {
    const RotatedPair rotated = rotate_pair(head[i], head[i + kRopePairs], cosine[i], sine[i]);
    head[i] = saturate7(shift_right_rne(rotated.x, kFurtherShift));
    head[i + kRopePairs] = saturate7(shift_right_rne(rotated.y, kFurtherShift));
  }
}

void append_key_value(const KvCache& cache, std::uint32_t position, const std::int8_t* key,
                      const std::int8_t* value) {
  std::copy_n(key, kHeadDim, cache.keys + std::size_t{position} * kHeadDim);
  std::copy_n(value, kHeadDim, cache.values + std::size_t{position} * kHeadDim);
}

std::int32_t score(const std::int8_t* query, const std::int8_t* key, std::int32_t multiplier) {
  return attention_score(dot(query, key, kHeadDim), multiplier);
}

// The online softmax of one head (Milakov & Gimelshein 2018): running maximum, sum of weights,
// weighted sum of values.
class OnlineSoftmax {
 public:
  OnlineSoftmax(const ExpFunction& exp, Dialect dialect) : exp_(exp), dialect_(dialect) {}

  // The sink (Xiao et al. 2023) takes part with its score and a value of zero.
  void start_with_sink(std::int32_t score) {
    maximum_ = score;
    sum_ = weight(0);
  }

  void add(std::int32_t score, const std::int8_t* value) {
    if (score > maximum_) {
      if (maximum_ != kEmpty) rescale(weight(difference(score, maximum_)));
      maximum_ = score;
    }
    const std::uint32_t w = weight(difference(maximum_, score));
    sum_ += w;
    for (std::size_t i = 0; i < kHeadDim; ++i)
      values_[i] = in_dialect(values_[i] + std::int64_t{w} * value[i]);
  }

  void finish(std::int8_t* out) const {
    for (std::size_t i = 0; i < kHeadDim; ++i)
      out[i] = saturate7(divide_rne_signed(values_[i], static_cast<std::uint64_t>(sum_)));
  }

 private:
  static constexpr std::int32_t kEmpty = INT32_MIN;

  static std::uint32_t difference(std::int32_t larger, std::int32_t smaller) {
    return static_cast<std::uint32_t>(larger) - static_cast<std::uint32_t>(smaller);
  }
  [[nodiscard]] std::uint32_t weight(std::uint32_t n) const {
    return exp_weight(n, exp_.coefficient, exp_.table);
  }
  // |value| <= 65536 * 65535 * 127 < 2^39 in 64 bits; the rust dialect keeps it modulo 2^32.
  [[nodiscard]] std::int64_t in_dialect(std::int64_t value) const {
    return accumulator_wraps(dialect_)
               ? static_cast<std::int32_t>(static_cast<std::uint32_t>(value))
               : value;
  }
  void rescale(std::uint32_t factor) {
    sum_ = rescaled(sum_, factor);
    for (std::int64_t& value : values_) value = in_dialect(rescaled(value, factor));
  }

  const ExpFunction& exp_;
  Dialect dialect_;
  std::int32_t maximum_ = kEmpty;
  std::int64_t sum_ = 0;  // below 2^31
  std::array<std::int64_t, kHeadDim> values_{};
};

void attend(const AttentionInput& input, const KvCache& cache, AttentionScratch&,
            std::int8_t* out) {
  for (std::size_t h = 0; h < input.heads; ++h) {
    const std::int8_t* query = input.query + h * kHeadDim;
    const std::int32_t multiplier = input.score_multiplier[h];
    OnlineSoftmax softmax(*input.exp, input.dialect);
    if (input.sink_key != nullptr)
      softmax.start_with_sink(score(query, input.sink_key, multiplier));
    for (std::size_t t = 0; t < input.positions; ++t)
      softmax.add(score(query, cache.keys + t * kHeadDim, multiplier), cache.values + t * kHeadDim);
    softmax.finish(out + h * kHeadDim);
  }
}

ExpWeights exp_weights(const std::int32_t* logits, std::size_t n, const ExpFunction& exp,
                       std::uint16_t* weights) {
  const std::int32_t* largest = std::max_element(logits, logits + n);  // the first of equals
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    // Logits differ by less than 2^31.
    const auto below = static_cast<std::uint32_t>(*largest - logits[i]);
    const std::uint32_t weight = exp_weight(below, exp.coefficient, exp.table);
    weights[i] = static_cast<std::uint16_t>(weight);
    sum += weight;
  }
  return {sum, static_cast<std::uint32_t>(largest - logits)};
}

std::uint64_t sum_frequencies(const std::uint16_t* weights, std::size_t n, FrequencyScale scale) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += scaled_frequency(weights[i], scale);
  return sum;
}

constexpr Kernels make_scalar_kernels() {
  return {.dense_requantize = dense_requantize,
          .normalize_residual = normalize_residual,
          .add_normalized = add_normalized,
          .gated_relu = gate,
          .rotate_query = rotate<kQueryShift>,
          .rotate_key = rotate<0>,
          .append_key_value = append_key_value,
          .attend = attend,
          .exp_weights = exp_weights,
          .sum_frequencies = sum_frequencies};
}

}  // namespace
}  // namespace czip::v1
