#include "v1/attention.hpp"

#include <algorithm>

#include "nn/matrix_products.hpp"
#include "v1/exp2_table.hpp"
#include "v1/format.hpp"

namespace czip::v1::training {
namespace {

using nn::Into;
using nn::Matrix;

constexpr std::size_t kBlock = 64;

}  // namespace

Attention::Attention(std::size_t tokens, std::size_t heads, const KernelTables& tables)
    : tokens_(tokens),
      heads_(heads),
      tables_(tables),
      exp2_(make_exp2_table()),
      values_(tokens * kHeadDim),
      scores_(tokens),
      products_(kBlock * heads * tokens),
      normalized_(kBlock * heads * tokens),
      sink_weight_(kBlock * heads),
      dmean_(kBlock * heads * kHeadDim),
      row_product_(kBlock * heads) {}

template <class Work>
void Attention::for_each_block(const Work& work) const {
  for (std::size_t first = 0; first < tokens_; first += kBlock)
    work(Block{first, std::min(kBlock, tokens_ - first)});
}

void Attention::forward(const AttentionInput& input, float* out, std::uint16_t* weights,
                        float* sums) {
  for (std::size_t i = 0; i < values_.size(); ++i)
    values_[i] = static_cast<std::uint32_t>(static_cast<std::int32_t>(input.values[i]));
  for_each_block([&](const Block& block) {
    const std::size_t first_row = block.first * heads_;
    const std::size_t rows = block.tokens * heads_;
    nn::multiply_transposed({input.queries + first_row * kHeadDim, rows, kHeadDim},
                            {input.keys, block.end(), kHeadDim}, products_.data(), tokens_);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t row = first_row + r;
      const float* query = input.queries + row * kHeadDim;
      const AttentionRow shape{.count = row / heads_ + 1,
                               .score_multiplier = input.score_multiplier[row % heads_],
                               .sink_product = tables_.shared->dot(query, input.sink, kHeadDim)};
      sums[row] =
          tables_.own->attend(shape, exp2_, &products_[r * tokens_], values_.data(), scores_.data(),
                              out + row * kHeadDim, weights + row * tokens_);
    }
  });
}

// Computes dmean_, and in row_product_ the products of these gradients with the mean values.
void Attention::mean_gradients(const Block& block, const float* out, const float* dout) {
  for (std::size_t r = 0; r < block.tokens * heads_; ++r) {
    const std::size_t at = (block.first * heads_ + r) * kHeadDim;
    row_product_[r] = tables_.own->attend_backward(out + at, dout + at, &dmean_[r * kHeadDim]);
  }
}

// Fills normalized_ and sink_weight_.
void Attention::load_weights(const Block& block, const std::uint16_t* weights, const float* sums) {
  for (std::size_t r = 0; r < block.tokens * heads_; ++r) {
    const std::size_t row = block.first * heads_ + r;
    sink_weight_[r] =
        tables_.own->normalized_weights(row / heads_ + 1, block.end(), weights + row * tokens_,
                                        sums[row], &normalized_[r * tokens_]);
  }
}

// Replaces the gradients with respect to the normalized weights, in products_, by those with
// respect to the products of queries and keys.
void Attention::score_gradients(const AttentionInput& input, const Block& block) {
  for (std::size_t r = 0; r < block.tokens * heads_; ++r)
    tables_.own->score_gradients(block.end(), input.score_multiplier[r % heads_], row_product_[r],
                                 &normalized_[r * tokens_], &products_[r * tokens_]);
}

// Adds the sink's part to the queries' gradients, and computes the multipliers' from these.
void Attention::sink_gradients(const AttentionInput& input, const Block& block,
                               const AttentionGradients& gradients) {
  const nn::Kernels& k = *tables_.shared;
  for (std::size_t r = 0; r < block.tokens * heads_; ++r) {
    const float multiplier = input.score_multiplier[r % heads_];
    const float d = -sink_weight_[r] * row_product_[r] * multiplier * kProductUnit;
    const std::size_t at = (block.first * heads_ + r) * kHeadDim;
    k.add_scaled(d, input.sink, kHeadDim, gradients.queries + at);
    k.add_scaled(d, input.queries + at, kHeadDim, gradients.sink);
    gradients.score_multiplier[r % heads_] +=
        k.dot(input.queries + at, gradients.queries + at, kHeadDim) / multiplier;
  }
}

void Attention::backward(const AttentionInput& input, const float* out,
                         const std::uint16_t* weights, const float* sums, const float* dout,
                         const AttentionGradients& gradients) {
  std::fill_n(gradients.keys, tokens_ * kHeadDim, 0.0F);
  std::fill_n(gradients.values, tokens_ * kHeadDim, 0.0F);
  for_each_block([&](const Block& block) {
    const std::size_t rows = block.tokens * heads_;
    const std::size_t queries = block.first * heads_ * kHeadDim;
    mean_gradients(block, out, dout);
    load_weights(block, weights, sums);
    const Matrix normalized(normalized_.data(), rows, block.end(), tokens_);
    const Matrix dmean(dmean_.data(), rows, kHeadDim);
    nn::transposed_multiply(normalized, dmean, gradients.values, kHeadDim, Into::add);
    nn::multiply_transposed(dmean, {input.values, block.end(), kHeadDim}, products_.data(),
                            tokens_);
    score_gradients(input, block);
    const Matrix products(products_.data(), rows, block.end(), tokens_);
    nn::multiply(products, {input.keys, block.end(), kHeadDim}, gradients.queries + queries,
                 kHeadDim);
    nn::transposed_multiply(products, {input.queries + queries, rows, kHeadDim}, gradients.keys,
                            kHeadDim, Into::add);
    sink_gradients(input, block, gradients);
  });
}

}  // namespace czip::v1::training
