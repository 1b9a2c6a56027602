#include "v1/network/attention.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "nn/matrix_products.hpp"
#include "v1/network/exp2_table.hpp"
#include "v1/network/online_softmax.hpp"
#include "v1/network/shape.hpp"

namespace czip::v1::training {
namespace {

using nn::Into;
using nn::Matrix;

constexpr std::size_t kPart = 64;
constexpr float kScoreUnit = 0x1p-14F;    // of a score, as a natural logarithm
constexpr float kProductUnit = 0x1p-17F;  // of a query times a key times the multiplier, as a score

float dot(const float* a, const float* b) {
  float sum = 0;
  for (std::size_t i = 0; i < kHeadSize; ++i) sum += a[i] * b[i];
  return sum;
}

// A product is below 2^20 and a multiplier below 2^22, so the score fits 32 bits.
std::int32_t score_of(float product, double multiplier) {
  const double quarter = std::nearbyint(product * 0.25F);
  return static_cast<std::int32_t>(std::nearbyint(quarter * multiplier * 0x1p-15));
}

}  // namespace

Attention::Attention(std::size_t tokens, std::size_t heads)
    : tokens_(tokens),
      heads_(heads),
      exp2_(make_exp2_table()),
      values_(tokens * kHeadSize),
      scores_(tokens),
      products_(kPart * heads * tokens),
      shares_(kPart * heads * tokens),
      sink_share_(kPart * heads),
      mixed_(kPart * heads * kHeadSize),
      row_product_(kPart * heads) {}

template <class Work>
void Attention::for_each_part(const Work& work) const {
  for (std::size_t first = 0; first < tokens_; first += kPart)
    work(Part{first, std::min(kPart, tokens_ - first)});
}

void Attention::attend(const AttentionInput& input, std::size_t row, const float* products,
                       float* out, std::uint16_t* weights, float& sum) {
  const std::size_t count = row / heads_ + 1;
  const double multiplier = input.score_multiplier[row % heads_];
  for (std::size_t t = 0; t < count; ++t) scores_[t] = score_of(products[t], multiplier);
  const float* query = input.queries + row * kHeadSize;
  OnlineSoftmax softmax(exp2_, score_of(dot(query, input.sink), multiplier));
  softmax.add(std::span(scores_).first(count), values_.data());
  softmax.finish(out);
  for (std::size_t t = 0; t < count; ++t)
    weights[t] = static_cast<std::uint16_t>(softmax.weight(scores_[t]));
  sum = static_cast<float>(softmax.sum());
}

void Attention::forward(const AttentionInput& input, float* out, std::uint16_t* weights,
                        float* sums) {
  for (std::size_t i = 0; i < values_.size(); ++i)
    values_[i] = static_cast<std::uint32_t>(static_cast<std::int32_t>(input.values[i]));
  for_each_part([&](const Part& part) {
    const std::size_t first_row = part.first * heads_;
    const std::size_t rows = part.tokens * heads_;
    nn::multiply_transposed({input.queries + first_row * kHeadSize, rows, kHeadSize},
                            {input.keys, part.end(), kHeadSize}, products_.data(), tokens_);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t row = first_row + r;
      attend(input, row, &products_[r * tokens_], out + row * kHeadSize, weights + row * tokens_,
             sums[row]);
    }
  });
}

// To mixed_, and the gradients' products with the mean itself to row_product_.
void Attention::mean_gradients(const Part& part, const float* out, const float* dout) {
  const std::size_t first_row = part.first * heads_;
  for (std::size_t r = 0; r < part.tokens * heads_; ++r) {
    const std::size_t at = (first_row + r) * kHeadSize;
    float* mixed = &mixed_[r * kHeadSize];
    for (std::size_t i = 0; i < kHeadSize; ++i)
      mixed[i] = passes(out[at + i], dout[at + i]) ? dout[at + i] : 0;
    row_product_[r] = dot(mixed, out + at);
  }
}

// To shares_ and sink_share_; the sink has what the others leave.
void Attention::load_weights(const Part& part, const std::uint16_t* weights, const float* sums) {
  for (std::size_t r = 0; r < part.tokens * heads_; ++r) {
    const std::size_t row = part.first * heads_ + r;
    const std::size_t count = row / heads_ + 1;
    const float inverse = 1 / sums[row];
    float* shares = &shares_[r * tokens_];
    float all = 0;
    for (std::size_t t = 0; t < count; ++t) {
      shares[t] = static_cast<float>(weights[row * tokens_ + t]) * inverse;
      all += shares[t];
    }
    std::fill(shares + count, shares + part.end(), 0.0F);
    sink_share_[r] = std::max(1 - all, 0.0F);
  }
}

// products_ holds the gradients by the shares; leaves there those by products of queries and keys.
void Attention::score_gradients(const AttentionInput& input, const Part& part) {
  for (std::size_t r = 0; r < part.tokens * heads_; ++r) {
    const float unit = input.score_multiplier[r % heads_] * (kScoreUnit * kProductUnit);
    const float* shares = &shares_[r * tokens_];
    float* products = &products_[r * tokens_];
    for (std::size_t t = 0; t < part.end(); ++t)
      products[t] = shares[t] * (products[t] - row_product_[r]) * unit;
  }
}

// Adds the sink's part to the queries' gradients; these then give the multipliers'.
void Attention::sink_gradients(const AttentionInput& input, const Part& part,
                               const AttentionGradients& gradients) {
  for (std::size_t r = 0; r < part.tokens * heads_; ++r) {
    const float multiplier = input.score_multiplier[r % heads_];
    const float d = -sink_share_[r] * row_product_[r] * multiplier * (kScoreUnit * kProductUnit);
    const std::size_t at = (part.first * heads_ + r) * kHeadSize;
    for (std::size_t i = 0; i < kHeadSize; ++i) {
      gradients.queries[at + i] += d * input.sink[i];
      gradients.sink[i] += d * input.queries[at + i];
    }
    gradients.score_multiplier[r % heads_] +=
        dot(input.queries + at, gradients.queries + at) / multiplier;
  }
}

void Attention::backward(const AttentionInput& input, const float* out,
                         const std::uint16_t* weights, const float* sums, const float* dout,
                         const AttentionGradients& gradients) {
  std::fill_n(gradients.keys, tokens_ * kHeadSize, 0.0F);
  std::fill_n(gradients.values, tokens_ * kHeadSize, 0.0F);
  for_each_part([&](const Part& part) {
    const std::size_t rows = part.tokens * heads_;
    const std::size_t queries = part.first * heads_ * kHeadSize;
    mean_gradients(part, out, dout);
    load_weights(part, weights, sums);
    const Matrix shares(shares_.data(), rows, part.end(), tokens_);
    const Matrix mixed(mixed_.data(), rows, kHeadSize);
    nn::transposed_multiply(shares, mixed, gradients.values, kHeadSize, Into::add);
    nn::multiply_transposed(mixed, {input.values, part.end(), kHeadSize}, products_.data(),
                            tokens_);
    score_gradients(input, part);
    const Matrix products(products_.data(), rows, part.end(), tokens_);
    nn::multiply(products, {input.keys, part.end(), kHeadSize}, gradients.queries + queries,
                 kHeadSize);
    nn::transposed_multiply(products, {input.queries + queries, rows, kHeadSize}, gradients.keys,
                            kHeadSize, Into::add);
    sink_gradients(input, part, gradients);
  });
}

}  // namespace czip::v1::training
