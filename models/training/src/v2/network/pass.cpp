#include "v2/network/pass.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "nn/matrix_products.hpp"
#include "v2/network/integer_ops.hpp"

namespace czip::nn {
namespace {

constexpr float kValueBound = 127;
constexpr float kBranchBound = 32767;

AttentionShape attention_shape(const v2::NetworkConfig& config, std::size_t tokens) {
  return {.tokens = tokens,
          .heads = config.heads,
          .kv_heads = config.kv_heads,
          .head_dim = config.head_dim,
          .window = config.window,
          .stride = (config.heads + 2 * std::size_t{config.kv_heads}) * config.head_dim};
}

// y = x * transpose(weights), N rows.
void linear(const Parameters& parameters, std::size_t weights, const std::vector<float>& x,
            std::size_t rows, std::vector<float>& y) {
  const Parameter& matrix = parameters.list[weights];
  multiply_transposed({x.data(), rows, matrix.cols},
                      {matrix.quantized.data(), matrix.rows, matrix.cols}, y.data(), matrix.rows);
}

void linear_backward(const Parameters& parameters, std::size_t weights, const float* x,
                     const float* dy, std::size_t rows, float* dx, Gradients& gradients) {
  const Parameter& matrix = parameters.list[weights];
  multiply({dy, rows, matrix.rows}, {matrix.quantized.data(), matrix.rows, matrix.cols}, dx,
           matrix.cols);
  transposed_multiply({dy, rows, matrix.rows}, {x, rows, matrix.cols}, gradients[weights],
                      matrix.cols, Into::add);
}

void accumulate(std::vector<float>& sum, const std::vector<float>& summand) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += summand[i];
}

}  // namespace

NetworkPass::NetworkPass(const v2::NetworkConfig& config, const HeadGroups& groups,
                         std::size_t sequences, std::size_t tokens)
    : config_(config),
      sequences_(sequences),
      tokens_(tokens),
      positions_(sequences * tokens),
      query_width_(std::size_t{config.heads} * config.head_dim),
      key_width_(std::size_t{config.kv_heads} * config.head_dim),
      qkv_width_(query_width_ + 2 * key_width_),
      inputs_(positions_),
      targets_(positions_),
      residual_(positions_ * config.d_model),
      final_normed_(positions_ * config.d_model),
      final_rms_(positions_),
      attention_(attention_shape(config, tokens)),
      head_loss_(groups),
      dresidual_(positions_ * config.d_model),
      dnarrow_(positions_ * std::max<std::size_t>(config.d_model, query_width_)),
      dnormed_(positions_ * config.d_model),
      dwide_(positions_ * config.d_ff),
      dqkv_(positions_ * qkv_width_) {
  const std::size_t width = positions_ * config.d_model;
  for (std::uint32_t i = 0; i < config.layers; ++i) {
    Layer layer;
    for (auto* narrow : {&layer.attention_input, &layer.attention_normed, &layer.output,
                         &layer.forward_input, &layer.forward_normed, &layer.down})
      narrow->resize(width);
    layer.attention_rms.resize(positions_);
    layer.forward_rms.resize(positions_);
    layer.products.resize(positions_ * qkv_width_);
    layer.qkv.resize(positions_ * qkv_width_);
    layer.query_rms.resize(positions_ * config.heads);
    layer.key_rms.resize(positions_ * config.kv_heads);
    layer.weights.resize(positions_ * config.heads * tokens);
    layer.weight_sums.resize(positions_ * config.heads);
    layer.attended.resize(positions_ * query_width_);
    layer.up.resize(positions_ * config.d_ff);
    layer.activated.resize(positions_ * config.d_ff);
    layers_.push_back(std::move(layer));
  }
}

std::uint32_t NetworkPass::bucket(std::size_t position) const {
  const int bits = std::countr_zero(config_.bigram_buckets);
  const std::uint32_t last = position % tokens_ == 0 ? 0 : inputs_[position - 1];
  const std::uint32_t hash = (last * 0x5bd1e995U + inputs_[position]) * 0x1b873593U;
  return bits == 0 ? 0 : hash >> (32 - bits);
}

void NetworkPass::embed(const Parameters& parameters) {
  const std::size_t width = config_.d_model;
  const float unit = std::ldexp(1.0F, static_cast<int>(config_.embedding_shift));
  for (std::size_t n = 0; n < positions_; ++n) {
    const float* row = parameters[parameters.embedding] + inputs_[n] * width;
    for (std::size_t i = 0; i < width; ++i) residual_[n * width + i] = row[i] * unit;
    if (config_.bigram_buckets == 0) continue;
    const float* pair = parameters[parameters.bigram] + bucket(n) * width;
    for (std::size_t i = 0; i < width; ++i) residual_[n * width + i] += pair[i] * unit;
  }
}

void NetworkPass::embed_backward(const Parameters& parameters, Gradients& gradients) {
  const std::size_t width = config_.d_model;
  const float unit = std::ldexp(1.0F, static_cast<int>(config_.embedding_shift));
  const auto add = [&](float* row, std::size_t n) {
    for (std::size_t i = 0; i < width; ++i) row[i] += dresidual_[n * width + i] * unit;
  };
  for (std::size_t n = 0; n < positions_; ++n) {
    add(gradients[parameters.embedding] + inputs_[n] * width, n);
    if (config_.bigram_buckets > 0) add(gradients[parameters.bigram] + bucket(n) * width, n);
  }
}

void NetworkPass::attention_forward(const Parameters& parameters, const LayerIndex& index,
                                    Layer& layer) {
  const std::size_t width = config_.d_model;
  const std::size_t dim = config_.head_dim;
  layer.attention_input = residual_;
  normalize({positions_, width, width}, residual_.data(), parameters[index.attention_norm],
            layer.attention_normed.data(), layer.attention_rms.data());
  linear(parameters, index.qkv, layer.attention_normed, positions_, layer.products);
  for (std::size_t h = 0; h < config_.heads; ++h)
    normalize({positions_, dim, qkv_width_}, &layer.products[h * dim],
              parameters[index.query_norm] + h * dim, &layer.qkv[h * dim],
              &layer.query_rms[h * positions_]);
  for (std::size_t g = 0; g < config_.kv_heads; ++g)
    normalize({positions_, dim, qkv_width_}, &layer.products[query_width_ + g * dim],
              parameters[index.key_norm] + g * dim, &layer.qkv[query_width_ + g * dim],
              &layer.key_rms[g * positions_]);
  const std::size_t values = query_width_ + key_width_;
  requantize({positions_, key_width_, qkv_width_, kValueShift, kValueBound},
             &layer.products[values], parameters[index.value_scale], &layer.qkv[values]);
  for (std::size_t s = 0; s < sequences_; ++s) {
    const std::size_t first = s * tokens_;
    attention_.forward(&layer.qkv[first * qkv_width_],
                       {parameters[index.position_bias], parameters[index.score_scale],
                        parameters[index.sink], parameters[index.attention_gain]},
                       &layer.attended[first * query_width_],
                       &layer.weights[first * config_.heads * tokens_],
                       &layer.weight_sums[first * config_.heads]);
  }
  linear(parameters, index.output, layer.attended, positions_, layer.output);
  add_requantized({positions_, width, width, kBranchShift, kBranchBound}, layer.output.data(),
                  parameters[index.output_scale], residual_.data());
}

void NetworkPass::feed_forward_forward(const Parameters& parameters, const LayerIndex& index,
                                       Layer& layer) {
  const std::size_t width = config_.d_model;
  layer.forward_input = residual_;
  normalize({positions_, width, width}, residual_.data(), parameters[index.feed_forward_norm],
            layer.forward_normed.data(), layer.forward_rms.data());
  linear(parameters, index.up, layer.forward_normed, positions_, layer.up);
  activate(positions_, config_.d_ff, layer.up.data(), parameters[index.up_scale],
           layer.activated.data());
  linear(parameters, index.down, layer.activated, positions_, layer.down);
  add_requantized({positions_, width, width, kBranchShift, kBranchBound}, layer.down.data(),
                  parameters[index.down_scale], residual_.data());
}

void NetworkPass::forward(const Parameters& parameters, std::span<const std::uint16_t> text) {
  for (std::size_t s = 0; s < sequences_; ++s) {
    const auto sequence = text.subspan(s * (tokens_ + 1), tokens_ + 1);
    std::copy_n(sequence.begin(), tokens_,
                inputs_.begin() + static_cast<std::ptrdiff_t>(s * tokens_));
    std::copy_n(sequence.begin() + 1, tokens_,
                targets_.begin() + static_cast<std::ptrdiff_t>(s * tokens_));
  }
  embed(parameters);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    attention_forward(parameters, parameters.layers[i], layers_[i]);
    feed_forward_forward(parameters, parameters.layers[i], layers_[i]);
  }
  normalize({positions_, config_.d_model, config_.d_model}, residual_.data(),
            parameters[parameters.final_norm], final_normed_.data(), final_rms_.data());
}

Head NetworkPass::head(const Parameters& parameters) const {
  return {config_.d_model, parameters[parameters.group_head], parameters[parameters.head],
          parameters[parameters.head_scale][0]};
}

double NetworkPass::evaluate(const Parameters& parameters, std::span<const std::uint16_t> text) {
  forward(parameters, text);
  return head_loss_.forward(head(parameters), final_normed_.data(), targets_);
}

std::vector<std::vector<float>> NetworkPass::logits(const Parameters& parameters,
                                                    std::span<const std::uint16_t> text) {
  forward(parameters, text);
  std::vector<std::vector<float>> all;
  for (std::size_t t = 0; t < tokens_; ++t) {
    const float* x = &final_normed_[t * config_.d_model];
    const auto groups = head_loss_.group_logits(head(parameters), x, 1);
    auto& row = all.emplace_back(groups.begin(), groups.end());
    const auto members = head_loss_.member_logits(head(parameters), x, targets_[t]);
    row.insert(row.end(), members.begin(), members.end());
  }
  return all;
}

double NetworkPass::gradients(const Parameters& parameters, std::span<const std::uint16_t> text,
                              float weight, Gradients& gradients) {
  forward(parameters, text);
  const std::size_t width = config_.d_model;
  const double bits =
      head_loss_.backward(head(parameters), final_normed_.data(), targets_,
                          weight / static_cast<float>(positions_), dnormed_.data(),
                          {gradients[parameters.group_head], gradients[parameters.head],
                           gradients[parameters.head_scale]});
  normalize_backward({positions_, width, width}, residual_.data(),
                     parameters[parameters.final_norm], final_normed_.data(), final_rms_.data(),
                     dnormed_.data(), dresidual_.data(), gradients[parameters.final_norm]);
  for (std::size_t i = layers_.size(); i-- > 0;) {
    feed_forward_backward(parameters, parameters.layers[i], layers_[i], gradients);
    attention_backward(parameters, parameters.layers[i], layers_[i], gradients);
  }
  embed_backward(parameters, gradients);
  return bits;
}

void NetworkPass::feed_forward_backward(const Parameters& parameters, const LayerIndex& index,
                                        const Layer& layer, Gradients& gradients) {
  const std::size_t width = config_.d_model;
  requantize_backward({positions_, width, width, kBranchShift, kBranchBound}, layer.down.data(),
                      parameters[index.down_scale], dresidual_.data(), dnarrow_.data(),
                      gradients[index.down_scale]);
  linear_backward(parameters, index.down, layer.activated.data(), dnarrow_.data(), positions_,
                  dwide_.data(), gradients);
  activate_backward(positions_, config_.d_ff, layer.up.data(), parameters[index.up_scale],
                    dwide_.data(), dwide_.data(), gradients[index.up_scale]);
  linear_backward(parameters, index.up, layer.forward_normed.data(), dwide_.data(), positions_,
                  dnormed_.data(), gradients);
  normalize_backward({positions_, width, width}, layer.forward_input.data(),
                     parameters[index.feed_forward_norm], layer.forward_normed.data(),
                     layer.forward_rms.data(), dnormed_.data(), dnarrow_.data(),
                     gradients[index.feed_forward_norm]);
  accumulate(dresidual_, dnarrow_);
}

void NetworkPass::attention_backward(const Parameters& parameters, const LayerIndex& index,
                                     const Layer& layer, Gradients& gradients) {
  const std::size_t width = config_.d_model;
  const std::size_t dim = config_.head_dim;
  requantize_backward({positions_, width, width, kBranchShift, kBranchBound}, layer.output.data(),
                      parameters[index.output_scale], dresidual_.data(), dnormed_.data(),
                      gradients[index.output_scale]);
  linear_backward(parameters, index.output, layer.attended.data(), dnormed_.data(), positions_,
                  dnarrow_.data(), gradients);
  for (std::size_t s = 0; s < sequences_; ++s) {
    const std::size_t first = s * tokens_;
    attention_.backward(&layer.qkv[first * qkv_width_],
                        {parameters[index.position_bias], parameters[index.score_scale],
                         parameters[index.sink], parameters[index.attention_gain]},
                        &layer.attended[first * query_width_],
                        &layer.weights[first * config_.heads * tokens_],
                        &layer.weight_sums[first * config_.heads], &dnarrow_[first * query_width_],
                        &dqkv_[first * qkv_width_],
                        {gradients[index.position_bias], gradients[index.score_scale],
                         gradients[index.sink], gradients[index.attention_gain]});
  }
  for (std::size_t h = 0; h < config_.heads; ++h)
    normalize_backward({positions_, dim, qkv_width_}, &layer.products[h * dim],
                       parameters[index.query_norm] + h * dim, &layer.qkv[h * dim],
                       &layer.query_rms[h * positions_], &dqkv_[h * dim], &dqkv_[h * dim],
                       gradients[index.query_norm] + h * dim);
  for (std::size_t g = 0; g < config_.kv_heads; ++g) {
    const std::size_t key = query_width_ + g * dim;
    normalize_backward({positions_, dim, qkv_width_}, &layer.products[key],
                       parameters[index.key_norm] + g * dim, &layer.qkv[key],
                       &layer.key_rms[g * positions_], &dqkv_[key], &dqkv_[key],
                       gradients[index.key_norm] + g * dim);
  }
  const std::size_t values = query_width_ + key_width_;
  requantize_backward({positions_, key_width_, qkv_width_, kValueShift, kValueBound},
                      &layer.products[values], parameters[index.value_scale], &dqkv_[values],
                      &dqkv_[values], gradients[index.value_scale]);
  linear_backward(parameters, index.qkv, layer.attention_normed.data(), dqkv_.data(), positions_,
                  dnormed_.data(), gradients);
  normalize_backward({positions_, width, width}, layer.attention_input.data(),
                     parameters[index.attention_norm], layer.attention_normed.data(),
                     layer.attention_rms.data(), dnormed_.data(), dnarrow_.data(),
                     gradients[index.attention_norm]);
  accumulate(dresidual_, dnarrow_);
}

}  // namespace czip::nn
