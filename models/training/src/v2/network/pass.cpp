#include "v2/network/pass.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "czip/engine/v2/functions.hpp"

namespace czip::v2::training {
namespace {

using nn::accumulate;
using nn::Gradients;
using nn::linear;
using nn::linear_backward;
using nn::NormActivations;

AttentionShape attention_shape(const NetworkConfig& config, std::size_t tokens) {
  return {.tokens = tokens,
          .heads = config.heads,
          .kv_heads = config.kv_heads,
          .head_dim = config.head_dim,
          .window = config.window,
          .stride = (config.heads + 2 * std::size_t{config.kv_heads}) * config.head_dim};
}

// The shape of what a branch adds to the residual.
RequantizeShape branch_shape(std::size_t rows, std::size_t width) {
  return {rows, width, width, kBranchShift, kResidualStep};
}

}  // namespace

NetworkPass::NetworkPass(const NetworkConfig& config, const HeadGroups& groups,
                         std::size_t sequences, std::size_t tokens, nn::Isa isa)
    : config_(config),
      tables_(isa),
      sequences_(sequences),
      tokens_(tokens),
      positions_(sequences * tokens),
      query_width_(std::size_t{config.heads} * config.head_dim),
      key_width_(std::size_t{config.kv_heads} * config.head_dim),
      qkv_width_(query_width_ + 2 * key_width_),
      inputs_(positions_),
      targets_(positions_),
      residual_(positions_ * config.d_model),
      final_norm_(positions_, config.d_model),
      attention_(attention_shape(config, tokens), *tables_.own),
      head_loss_(groups, tables_),
      dresidual_(positions_ * config.d_model),
      dnarrow_(positions_ * std::max<std::size_t>(config.d_model, query_width_)),
      dnormalized_(positions_ * config.d_model),
      dwide_(positions_ * config.d_ff),
      dqkv_(positions_ * qkv_width_) {
  for (std::uint32_t i = 0; i < config.layers; ++i) layers_.push_back(make_layer());
}

NetworkPass::Layer NetworkPass::make_layer() const {
  const std::size_t width = positions_ * config_.d_model;
  Layer layer;
  layer.attention_norm = NormActivations(positions_, config_.d_model);
  layer.products.resize(positions_ * qkv_width_);
  layer.qkv.resize(positions_ * qkv_width_);
  layer.query_rms.resize(positions_ * config_.heads);
  layer.key_rms.resize(positions_ * config_.kv_heads);
  layer.weights.resize(positions_ * config_.heads * tokens_);
  layer.weight_sums.resize(positions_ * config_.heads);
  layer.attended.resize(positions_ * query_width_);
  layer.output.resize(width);
  layer.feed_forward_norm = NormActivations(positions_, config_.d_model);
  layer.up.resize(positions_ * config_.d_ff);
  layer.activated.resize(positions_ * config_.d_ff);
  layer.down.resize(width);
  return layer;
}

std::uint32_t NetworkPass::bucket(std::size_t position) const {
  const int bits = std::countr_zero(config_.bigram_buckets);
  const std::uint32_t previous = position % tokens_ == 0 ? 0 : inputs_[position - 1];
  return bigram_bucket(previous, inputs_[position], bits);
}

void NetworkPass::embed(const Parameters& parameters) {
  const std::size_t width = config_.d_model;
  const float unit = std::ldexp(1.0F, static_cast<int>(config_.embedding_shift));
  std::fill(residual_.begin(), residual_.end(), 0.0F);
  const auto add = [&](const float* row, std::size_t n) {
    tables_.shared->add_scaled(unit, row, width, &residual_[n * width]);
  };
  for (std::size_t n = 0; n < positions_; ++n) {
    add(parameters[parameters.embedding] + inputs_[n] * width, n);
    if (config_.bigram_buckets > 0) add(parameters[parameters.bigram] + bucket(n) * width, n);
  }
}

void NetworkPass::backward_embed(const Parameters& parameters, Gradients& gradients) {
  const std::size_t width = config_.d_model;
  const float unit = std::ldexp(1.0F, static_cast<int>(config_.embedding_shift));
  const auto add = [&](float* row, std::size_t n) {
    tables_.shared->add_scaled(unit, &dresidual_[n * width], width, row);
  };
  for (std::size_t n = 0; n < positions_; ++n) {
    add(gradients[parameters.embedding] + inputs_[n] * width, n);
    if (config_.bigram_buckets > 0) add(gradients[parameters.bigram] + bucket(n) * width, n);
  }
}

void NetworkPass::normalize_residual(const float* gain, NormActivations& norm) const {
  norm.input = residual_;
  normalize(tables_, {positions_, config_.d_model, config_.d_model}, norm.input.data(), gain,
            norm.output.data(), norm.inverse_rms.data());
}

void NetworkPass::backward_norm(const Parameters& parameters, std::size_t gain,
                                const NormActivations& norm, Gradients& gradients,
                                std::vector<float>& dinput) const {
  normalize_backward(tables_, {positions_, config_.d_model, config_.d_model}, norm.input.data(),
                     parameters[gain], norm.output.data(), norm.inverse_rms.data(),
                     dnormalized_.data(), dinput.data(), gradients[gain]);
}

// Queries and keys are normalized by head (QK-norm: Henry et al. 2020), values requantized.
void NetworkPass::project_heads(const Parameters& parameters, const LayerIndex& index,
                                Layer& layer) const {
  const std::size_t dim = config_.head_dim;
  const nn::NormShape shape{positions_, dim, qkv_width_};
  linear(parameters.list[index.qkv], layer.attention_norm.output.data(), positions_,
         layer.products.data());
  for (std::size_t h = 0; h < config_.heads; ++h)
    normalize(tables_, shape, &layer.products[h * dim], parameters[index.query_norm] + h * dim,
              &layer.qkv[h * dim], &layer.query_rms[h * positions_]);
  for (std::size_t g = 0; g < config_.kv_heads; ++g)
    normalize(tables_, shape, &layer.products[query_width_ + g * dim],
              parameters[index.key_norm] + g * dim, &layer.qkv[query_width_ + g * dim],
              &layer.key_rms[g * positions_]);
  const std::size_t values = query_width_ + key_width_;
  tables_.own->requantize({positions_, key_width_, qkv_width_, kValueShift, kValueBound},
                          &layer.products[values], parameters[index.value_scale],
                          &layer.qkv[values]);
}

void NetworkPass::forward_attention(const Parameters& parameters, const LayerIndex& index,
                                    Layer& layer) {
  normalize_residual(parameters[index.attention_norm], layer.attention_norm);
  project_heads(parameters, index, layer);
  for (std::size_t s = 0; s < sequences_; ++s) {
    const std::size_t first = s * tokens_;
    attention_.forward(&layer.qkv[first * qkv_width_],
                       {parameters[index.position_bias], parameters[index.score_scale],
                        parameters[index.sink], parameters[index.attention_gain]},
                       &layer.attended[first * query_width_],
                       &layer.weights[first * config_.heads * tokens_],
                       &layer.weight_sums[first * config_.heads]);
  }
  linear(parameters.list[index.output], layer.attended.data(), positions_, layer.output.data());
  tables_.own->add_requantized(branch_shape(positions_, config_.d_model), layer.output.data(),
                               parameters[index.output_scale], residual_.data());
}

void NetworkPass::forward_feed_forward(const Parameters& parameters, const LayerIndex& index,
                                       Layer& layer) {
  normalize_residual(parameters[index.feed_forward_norm], layer.feed_forward_norm);
  linear(parameters.list[index.up], layer.feed_forward_norm.output.data(), positions_,
         layer.up.data());
  tables_.own->squared_relu({positions_, config_.d_ff, config_.d_ff, kUpShift, kActivationBound},
                            layer.up.data(), parameters[index.up_scale], layer.activated.data());
  linear(parameters.list[index.down], layer.activated.data(), positions_, layer.down.data());
  tables_.own->add_requantized(branch_shape(positions_, config_.d_model), layer.down.data(),
                               parameters[index.down_scale], residual_.data());
}

void NetworkPass::set_tokens(std::span<const std::uint16_t> text) {
  for (std::size_t s = 0; s < sequences_; ++s) {
    const auto sequence = text.subspan(s * (tokens_ + 1), tokens_ + 1);
    std::copy_n(sequence.begin(), tokens_, &inputs_[s * tokens_]);
    std::copy_n(sequence.begin() + 1, tokens_, &targets_[s * tokens_]);
  }
}

void NetworkPass::forward(const Parameters& parameters, std::span<const std::uint16_t> text) {
  set_tokens(text);
  embed(parameters);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    forward_attention(parameters, parameters.layers[i], layers_[i]);
    forward_feed_forward(parameters, parameters.layers[i], layers_[i]);
  }
  normalize_residual(parameters[parameters.final_norm], final_norm_);
}

Head NetworkPass::head(const Parameters& parameters) const {
  return {config_.d_model, parameters[parameters.group_head], parameters[parameters.head],
          parameters[parameters.head_scale][0]};
}

double NetworkPass::evaluate(const Parameters& parameters, std::span<const std::uint16_t> text) {
  forward(parameters, text);
  return head_loss_.forward(head(parameters), final_norm_.output.data(), targets_);
}

std::vector<std::vector<float>> NetworkPass::logits(const Parameters& parameters,
                                                    std::span<const std::uint16_t> text) {
  forward(parameters, text);
  std::vector<std::vector<float>> all;
  for (std::size_t t = 0; t < tokens_; ++t) {
    const float* x = &final_norm_.output[t * config_.d_model];
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
  const double bits =
      head_loss_.backward(head(parameters), final_norm_.output.data(), targets_,
                          weight / static_cast<float>(positions_), dnormalized_.data(),
                          {gradients[parameters.group_head], gradients[parameters.head],
                           gradients[parameters.head_scale]});
  backward_norm(parameters, parameters.final_norm, final_norm_, gradients, dresidual_);
  for (std::size_t i = layers_.size(); i-- > 0;) {
    backward_feed_forward(parameters, parameters.layers[i], layers_[i], gradients);
    backward_attention(parameters, parameters.layers[i], layers_[i], gradients);
  }
  backward_embed(parameters, gradients);
  return bits;
}

void NetworkPass::backward_feed_forward(const Parameters& parameters, const LayerIndex& index,
                                        const Layer& layer, Gradients& gradients) {
  tables_.own->requantize_backward(branch_shape(positions_, config_.d_model), layer.down.data(),
                                   parameters[index.down_scale], dresidual_.data(), dnarrow_.data(),
                                   gradients[index.down_scale]);
  linear_backward(parameters.list[index.down], layer.activated.data(), dnarrow_.data(), positions_,
                  dwide_.data(), gradients[index.down]);
  tables_.own->squared_relu_backward(
      {positions_, config_.d_ff, config_.d_ff, kUpShift, kActivationBound}, layer.up.data(),
      parameters[index.up_scale], dwide_.data(), dwide_.data(), gradients[index.up_scale]);
  linear_backward(parameters.list[index.up], layer.feed_forward_norm.output.data(), dwide_.data(),
                  positions_, dnormalized_.data(), gradients[index.up]);
  backward_norm(parameters, index.feed_forward_norm, layer.feed_forward_norm, gradients, dnarrow_);
  accumulate(*tables_.shared, dnarrow_, dresidual_);
}

// Replaces the gradients of queries, keys and values, in dqkv_, by those of the sums behind them.
void NetworkPass::backward_heads(const Parameters& parameters, const LayerIndex& index,
                                 const Layer& layer, Gradients& gradients) {
  const std::size_t dim = config_.head_dim;
  const nn::NormShape shape{positions_, dim, qkv_width_};
  for (std::size_t h = 0; h < config_.heads; ++h)
    normalize_backward(tables_, shape, &layer.products[h * dim],
                       parameters[index.query_norm] + h * dim, &layer.qkv[h * dim],
                       &layer.query_rms[h * positions_], &dqkv_[h * dim], &dqkv_[h * dim],
                       gradients[index.query_norm] + h * dim);
  for (std::size_t g = 0; g < config_.kv_heads; ++g) {
    const std::size_t key = query_width_ + g * dim;
    normalize_backward(tables_, shape, &layer.products[key], parameters[index.key_norm] + g * dim,
                       &layer.qkv[key], &layer.key_rms[g * positions_], &dqkv_[key], &dqkv_[key],
                       gradients[index.key_norm] + g * dim);
  }
  const std::size_t values = query_width_ + key_width_;
  tables_.own->requantize_backward({positions_, key_width_, qkv_width_, kValueShift, kValueBound},
                                   &layer.products[values], parameters[index.value_scale],
                                   &dqkv_[values], &dqkv_[values], gradients[index.value_scale]);
}

void NetworkPass::backward_attention(const Parameters& parameters, const LayerIndex& index,
                                     const Layer& layer, Gradients& gradients) {
  tables_.own->requantize_backward(branch_shape(positions_, config_.d_model), layer.output.data(),
                                   parameters[index.output_scale], dresidual_.data(),
                                   dnormalized_.data(), gradients[index.output_scale]);
  linear_backward(parameters.list[index.output], layer.attended.data(), dnormalized_.data(),
                  positions_, dnarrow_.data(), gradients[index.output]);
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
  backward_heads(parameters, index, layer, gradients);
  linear_backward(parameters.list[index.qkv], layer.attention_norm.output.data(), dqkv_.data(),
                  positions_, dnormalized_.data(), gradients[index.qkv]);
  backward_norm(parameters, index.attention_norm, layer.attention_norm, gradients, dnarrow_);
  accumulate(*tables_.shared, dnarrow_, dresidual_);
}

}  // namespace czip::v2::training
