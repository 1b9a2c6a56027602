#include "v2/network/attention.hpp"

#include <algorithm>

#include "czip/engine/v2/functions.hpp"
#include "v2/network/exp2_table.hpp"

namespace czip::v2::training {
namespace {

using nn::Into;
using nn::Matrix;

constexpr std::size_t kBlock = 64;

}  // namespace

Attention::Attention(const AttentionShape& shape, const Kernels& kernels)
    : shape_(shape),
      kernels_(&kernels),
      scores_(shape.tokens * shape.tokens),
      products_(shape.tokens * shape.tokens),
      bias_(shape.tokens),
      weighted_(shape.tokens * shape.head_dim),
      row_products_(shape.tokens),
      row_scores_(shape.tokens) {
  const Exp2Table exp2 = make_exp2_table();
  for (std::uint32_t n = 0; n < weight_of_.size(); ++n)
    weight_of_[n] = static_cast<std::uint8_t>(attention_weight(n, exp2));
}

template <class Work>
void Attention::for_each_block(const Work& work) const {
  for (std::size_t first = 0; first < shape_.tokens; first += kBlock)
    work(Block{first, std::min(kBlock, shape_.tokens - first)});
}

AttentionHead Attention::head_of(const AttentionParameters& parameters, std::size_t head) const {
  return {.tokens = shape_.tokens,
          .head_dim = shape_.head_dim,
          .out_stride = shape_.heads * shape_.head_dim,
          .score_scale = parameters.score_scale[head],
          .sink = parameters.sink[head],
          .gain = parameters.gain[head]};
}

std::size_t Attention::kv_column(std::size_t head) const {
  return head / (shape_.heads / shape_.kv_heads) * shape_.head_dim;
}

Matrix Attention::rows(const float* qkv, std::size_t column, const Block& block) const {
  return {qkv + block.first * shape_.stride + column, block.tokens, shape_.head_dim, shape_.stride};
}

Matrix Attention::rows_before(const float* qkv, std::size_t column, const Block& block) const {
  return {qkv + column, block.end(), shape_.head_dim, shape_.stride};
}

void Attention::head_forward(std::size_t head, const float* qkv,
                             const AttentionParameters& parameters, float* out,
                             std::uint8_t* weights, float* sums) {
  const std::size_t tokens = shape_.tokens;
  const std::size_t dim = shape_.head_dim;
  const std::size_t key = shape_.key_column() + kv_column(head);
  const std::size_t value = shape_.value_column() + kv_column(head);
  for_each_block([&](const Block& block) {
    nn::multiply_transposed(rows(qkv, head * dim, block), rows_before(qkv, key, block),
                            &scores_[block.first * tokens], tokens);
  });
  for (std::size_t d = 0; d < tokens; ++d)
    bias_[tokens - 1 - d] = parameters.position_bias[head * shape_.window + d];
  const AttentionHead self = head_of(parameters, head);
  kernels_->attention_weights(self, scores_.data(), bias_.data(), weight_of_.data(),
                              row_scores_.data(), weights, sums);
  std::copy_n(weights, tokens * tokens, products_.begin());
  for_each_block([&](const Block& block) {
    nn::multiply({&products_[block.first * tokens], block.tokens, block.end(), tokens},
                 rows_before(qkv, value, block), &weighted_[block.first * dim], dim);
  });
  kernels_->attention_output(self, weighted_.data(), sums, out + head * dim);
}

void Attention::forward(const float* qkv, const AttentionParameters& parameters, float* out,
                        std::uint8_t* weights, float* sums) {
  for (std::size_t head = 0; head < shape_.heads; ++head)
    head_forward(head, qkv, parameters, out, weights + head * shape_.tokens * shape_.tokens,
                 sums + head * shape_.tokens);
}

// Takes the normalized weights in scores_ and the gradients of the mean values in weighted_, and
// leaves the gradients of the normalized weights in products_.
void Attention::value_gradients(std::size_t head, const float* qkv, float* dqkv) {
  const std::size_t tokens = shape_.tokens;
  const std::size_t dim = shape_.head_dim;
  const std::size_t value = shape_.value_column() + kv_column(head);
  for_each_block([&](const Block& block) {
    for (std::size_t i = block.first; i < block.end(); ++i)
      std::fill(scores_.data() + i * tokens + i + 1, scores_.data() + i * tokens + block.end(),
                0.0F);
    const Matrix dmean(&weighted_[block.first * dim], block.tokens, dim);
    nn::transposed_multiply({&scores_[block.first * tokens], block.tokens, block.end(), tokens},
                            dmean, dqkv + value, shape_.stride, Into::add);
    nn::multiply_transposed(dmean, rows_before(qkv, value, block), &products_[block.first * tokens],
                            tokens);
  });
}

// Leaves the gradients of the products of queries and keys in products_.
void Attention::score_gradients(const AttentionHead& head, std::size_t number,
                                const std::uint8_t* weights, const float* sums,
                                const AttentionGradients& gradients) {
  std::fill(bias_.begin(), bias_.end(), 0.0F);
  gradients.sink[number] += kernels_->score_gradients(head, weights, sums, row_products_.data(),
                                                      products_.data(), bias_.data());
  for (std::size_t d = 0; d < shape_.tokens; ++d)
    gradients.position_bias[number * shape_.window + d] += bias_[shape_.tokens - 1 - d];
}

// Returns the sum of the products of queries and their gradients.
float Attention::query_key_gradients(std::size_t head, const float* qkv, float* dqkv) {
  const std::size_t tokens = shape_.tokens;
  const std::size_t dim = shape_.head_dim;
  const std::size_t stride = shape_.stride;
  const std::size_t key = shape_.key_column() + kv_column(head);
  for_each_block([&](const Block& block) {
    const Matrix products(&products_[block.first * tokens], block.tokens, block.end(), tokens);
    nn::multiply(products, rows_before(qkv, key, block), dqkv + block.first * stride + head * dim,
                 stride);
    nn::transposed_multiply(products, rows(qkv, head * dim, block), dqkv + key, stride, Into::add);
  });
  float product = 0;
  for (std::size_t i = 0; i < tokens; ++i)
    for (std::size_t e = 0; e < dim; ++e)
      product += qkv[i * stride + head * dim + e] * dqkv[i * stride + head * dim + e];
  return product;
}

void Attention::head_backward(std::size_t head, const float* qkv,
                              const AttentionParameters& parameters, const float* out,
                              const std::uint8_t* weights, const float* sums, const float* dout,
                              float* dqkv, const AttentionGradients& gradients) {
  const std::size_t column = head * shape_.head_dim;
  const AttentionHead self = head_of(parameters, head);
  const float by_gain = kernels_->attention_output_backward(self, out + column, dout + column,
                                                            weighted_.data(), row_products_.data());
  gradients.gain[head] += by_gain / parameters.gain[head];
  kernels_->normalized_weights(self, weights, sums, scores_.data());
  value_gradients(head, qkv, dqkv);
  score_gradients(self, head, weights, sums, gradients);
  const float by_scale = query_key_gradients(head, qkv, dqkv);
  gradients.score_scale[head] += by_scale / parameters.score_scale[head];
}

void Attention::backward(const float* qkv, const AttentionParameters& parameters, const float* out,
                         const std::uint8_t* weights, const float* sums, const float* dout,
                         float* dqkv, const AttentionGradients& gradients) {
  for (std::size_t i = 0; i < shape_.tokens; ++i)
    std::fill_n(dqkv + i * shape_.stride + shape_.key_column(),
                2 * shape_.kv_heads * shape_.head_dim, 0.0F);
  for (std::size_t head = 0; head < shape_.heads; ++head)
    head_backward(head, qkv, parameters, out, weights + head * shape_.tokens * shape_.tokens,
                  sums + head * shape_.tokens, dout, dqkv, gradients);
}

}  // namespace czip::v2::training
