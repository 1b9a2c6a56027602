#include "v1/pass.hpp"

#include <algorithm>

#include "czip/codec/v1/model.hpp"
#include "v1/format.hpp"
#include "v1/rotary.hpp"
#include "v1/shape.hpp"
#include "v1/value_bound.hpp"

namespace czip::v1::training {
namespace {

using nn::Gradients;
using nn::NormActivations;

}  // namespace

NetworkPass::NetworkPass(const NetworkShape& shape, std::size_t tokens, nn::Isa isa)
    : shape_(shape),
      tables_(isa),
      tokens_(tokens),
      width_(width_of(shape)),
      qkv_width_(width_ + 2 * kHeadDim),
      attention_multiplier_(attention_output_multiplier(shape)),
      inputs_(tokens),
      residual_(tokens * width_),
      final_(tokens, width_),
      attention_(tokens, shape.heads, tables_),
      head_loss_(kVocabulary, *tables_.own),
      dresidual_(tokens * width_),
      dnarrow_(tokens * width_),
      dnormalized_(tokens * width_),
      dhidden_(tokens * shape.d_ff),
      dup_(tokens * 2 * shape.d_ff),
      dqkv_(tokens * qkv_width_),
      dqueries_(tokens * width_),
      dkeys_(tokens * kHeadDim),
      dvalues_(tokens * kHeadDim) {
  const RotaryTables rotary(tokens);
  cosines_.assign(rotary.cosines.begin(), rotary.cosines.end());
  sines_.assign(rotary.sines.begin(), rotary.sines.end());
  for (std::uint32_t i = 0; i < shape.layers; ++i) layers_.push_back(make_layer());
}

const float* NetworkPass::cosines(std::size_t position) const {
  return &cosines_[position * kRopePairs];
}
const float* NetworkPass::sines(std::size_t position) const {
  return &sines_[position * kRopePairs];
}

NetworkPass::Layer NetworkPass::make_layer() const {
  Layer layer;
  for (NormActivations* norm : {&layer.attention_input, &layer.attention_output,
                                &layer.feed_forward_input, &layer.feed_forward_output})
    *norm = NormActivations(tokens_, width_);
  layer.qkv.resize(tokens_ * qkv_width_);
  layer.queries.resize(tokens_ * width_);
  layer.keys.resize(tokens_ * kHeadDim);
  layer.values.resize(tokens_ * kHeadDim);
  layer.weights.resize(tokens_ * shape_.heads * tokens_);
  layer.weight_sums.resize(tokens_ * shape_.heads);
  layer.attended.resize(tokens_ * width_);
  layer.up.resize(tokens_ * 2 * shape_.d_ff);
  layer.hidden.resize(tokens_ * shape_.d_ff);
  return layer;
}

void NetworkPass::forward_map(const Map& map, const std::vector<float>& x,
                              std::vector<float>& y) const {
  nn::linear(map.weights, x.data(), tokens_, y.data());
  tables_.own->requantize(map.multiplier, y.size(), y.data());
}

void NetworkPass::backward_map(const Map& map, const std::vector<float>& x,
                               const std::vector<float>& y, std::vector<float>& dy,
                               std::vector<float>& dx, float* dweights) const {
  tables_.own->requantize_backward(map.multiplier, y.size(), y.data(), dy.data());
  nn::linear_backward(map.weights, x.data(), dy.data(), tokens_, dx.data(), dweights);
}

void NetworkPass::normalize_residual(const float* gain, NormActivations& norm) const {
  norm.input = residual_;
  normalize(tables_, width_, gain, norm);
}

void NetworkPass::add_branch(const float* gain, NormActivations& norm) {
  normalize(tables_, width_, gain, norm);
  nn::accumulate(*tables_.shared, norm.output, residual_);
}

void NetworkPass::backward_norm(const Parameters& parameters, std::size_t gain,
                                const NormActivations& norm, const std::vector<float>& doutput,
                                Gradients& gradients) {
  normalize_backward(tables_, width_, parameters[gain], norm, doutput.data(), dnarrow_.data(),
                     gradients[gain]);
}

void NetworkPass::split_heads(Layer& layer) const {
  for (std::size_t t = 0; t < tokens_; ++t) {
    const float* row = &layer.qkv[t * qkv_width_];
    for (std::size_t at = 0; at < width_; at += kHeadDim)
      tables_.own->rotate_query(cosines(t), sines(t), row + at, &layer.queries[t * width_ + at]);
    tables_.own->rotate_key(cosines(t), sines(t), row + width_, &layer.keys[t * kHeadDim]);
    std::copy_n(row + width_ + kHeadDim, kHeadDim, &layer.values[t * kHeadDim]);
  }
}

void NetworkPass::join_head_gradients(const Layer& layer) {
  for (std::size_t t = 0; t < tokens_; ++t) {
    float* row = &dqkv_[t * qkv_width_];
    for (std::size_t at = 0; at < width_; at += kHeadDim)
      tables_.own->rotate_query_backward(cosines(t), sines(t), &dqueries_[t * width_ + at],
                                         row + at);
    tables_.own->rotate_key_backward(cosines(t), sines(t), &layer.keys[t * kHeadDim],
                                     &dkeys_[t * kHeadDim], row + width_);
    std::copy_n(&dvalues_[t * kHeadDim], kHeadDim, row + width_ + kHeadDim);
  }
}

void NetworkPass::forward_attention(const Parameters& parameters, const LayerIndex& index,
                                    Layer& layer) {
  normalize_residual(parameters[index.attention_input_norm], layer.attention_input);
  forward_map({parameters.list[index.qkv]}, layer.attention_input.output, layer.qkv);
  split_heads(layer);
  attention_.forward({layer.queries.data(), layer.keys.data(), layer.values.data(),
                      parameters[index.sink], parameters[index.score_multiplier]},
                     layer.attended.data(), layer.weights.data(), layer.weight_sums.data());
  forward_map({parameters.list[index.attention_output], attention_multiplier_}, layer.attended,
              layer.attention_output.input);
  add_branch(parameters[index.attention_output_norm], layer.attention_output);
}

void NetworkPass::forward_feed_forward(const Parameters& parameters, const LayerIndex& index,
                                       Layer& layer) {
  normalize_residual(parameters[index.feed_forward_input_norm], layer.feed_forward_input);
  forward_map({parameters.list[index.up]}, layer.feed_forward_input.output, layer.up);
  tables_.own->gate(tokens_, shape_.d_ff, layer.up.data(), layer.hidden.data());
  forward_map({parameters.list[index.down]}, layer.hidden, layer.feed_forward_output.input);
  add_branch(parameters[index.feed_forward_output_norm], layer.feed_forward_output);
}

void NetworkPass::forward(const Parameters& parameters, std::span<const std::uint16_t> text) {
  inputs_[0] = kReferenceFirstToken;
  std::copy_n(text.begin(), tokens_ - 1, inputs_.begin() + 1);
  for (std::size_t t = 0; t < tokens_; ++t)
    std::copy_n(parameters[parameters.embedding] + inputs_[t] * width_, width_,
                &residual_[t * width_]);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    forward_attention(parameters, parameters.layers[i], layers_[i]);
    forward_feed_forward(parameters, parameters.layers[i], layers_[i]);
  }
  normalize_residual(parameters[parameters.final_norm], final_);
}

Head NetworkPass::head(const Parameters& parameters) const {
  return {kVocabulary, width_, parameters[parameters.head]};
}

double NetworkPass::evaluate(const Parameters& parameters, std::span<const std::uint16_t> text) {
  forward(parameters, text);
  return head_loss_.forward(head(parameters), final_.output.data(), text);
}

std::vector<float> NetworkPass::logits(const Parameters& parameters,
                                       std::span<const std::uint16_t> text) {
  forward(parameters, text);
  std::vector<float> all;
  for (std::size_t first = 0; first < tokens_; first += HeadLoss::kBatch) {
    const auto batch = head_loss_.logits(head(parameters), &final_.output[first * width_],
                                         std::min(HeadLoss::kBatch, tokens_ - first));
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

double NetworkPass::gradients(const Parameters& parameters, std::span<const std::uint16_t> text,
                              float weight, Gradients& gradients) {
  forward(parameters, text);
  const double bits = head_loss_.backward(head(parameters), final_.output.data(), text,
                                          weight / static_cast<float>(tokens_), dnormalized_.data(),
                                          gradients[parameters.head]);
  backward(parameters, gradients);
  return bits;
}

void NetworkPass::backward(const Parameters& parameters, Gradients& gradients) {
  backward_norm(parameters, parameters.final_norm, final_, dnormalized_, gradients);
  dresidual_ = dnarrow_;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    backward_feed_forward(parameters, parameters.layers[i], layers_[i], gradients);
    backward_attention(parameters, parameters.layers[i], layers_[i], gradients);
  }
  backward_embed(parameters, gradients);
}

void NetworkPass::backward_feed_forward(const Parameters& parameters, const LayerIndex& index,
                                        const Layer& layer, Gradients& gradients) {
  backward_norm(parameters, index.feed_forward_output_norm, layer.feed_forward_output, dresidual_,
                gradients);
  backward_map({parameters.list[index.down]}, layer.hidden, layer.feed_forward_output.input,
               dnarrow_, dhidden_, gradients[index.down]);
  tables_.own->gate_backward(tokens_, shape_.d_ff, layer.up.data(), dhidden_.data(), dup_.data());
  backward_map({parameters.list[index.up]}, layer.feed_forward_input.output, layer.up, dup_,
               dnormalized_, gradients[index.up]);
  backward_norm(parameters, index.feed_forward_input_norm, layer.feed_forward_input, dnormalized_,
                gradients);
  nn::accumulate(*tables_.shared, dnarrow_, dresidual_);
}

void NetworkPass::backward_attention(const Parameters& parameters, const LayerIndex& index,
                                     const Layer& layer, Gradients& gradients) {
  backward_norm(parameters, index.attention_output_norm, layer.attention_output, dresidual_,
                gradients);
  backward_map({parameters.list[index.attention_output], attention_multiplier_}, layer.attended,
               layer.attention_output.input, dnarrow_, dnormalized_,
               gradients[index.attention_output]);
  attention_.backward({layer.queries.data(), layer.keys.data(), layer.values.data(),
                       parameters[index.sink], parameters[index.score_multiplier]},
                      layer.attended.data(), layer.weights.data(), layer.weight_sums.data(),
                      dnormalized_.data(),
                      {dqueries_.data(), dkeys_.data(), dvalues_.data(), gradients[index.sink],
                       gradients[index.score_multiplier]});
  join_head_gradients(layer);
  backward_map({parameters.list[index.qkv]}, layer.attention_input.output, layer.qkv, dqkv_,
               dnormalized_, gradients[index.qkv]);
  backward_norm(parameters, index.attention_input_norm, layer.attention_input, dnormalized_,
                gradients);
  nn::accumulate(*tables_.shared, dnarrow_, dresidual_);
}

void NetworkPass::backward_embed(const Parameters& parameters, Gradients& gradients) {
  for (std::size_t t = 0; t < tokens_; ++t) {
    float* row = gradients[parameters.embedding] + inputs_[t] * width_;
    tables_.shared->add_scaled(1, &dresidual_[t * width_], width_, row);
  }
}

}  // namespace czip::v1::training
