#include "v1/network/pass.hpp"

#include <algorithm>

#include "nn/matrix_products.hpp"
#include "v1/network/integer_ops.hpp"
#include "v1/network/shape.hpp"
#include "v1/network/value_bound.hpp"

namespace czip::v1::training {
namespace {

using nn::Gradients;
using nn::Into;
using nn::Parameter;

// A linear map and its requantiser.
struct Map {
  const Parameter& weights;
  std::int32_t multiplier = kRequantizeMultiplier;
};

// y = requantize(x * transpose(weights)).
void linear(const Map& map, const std::vector<float>& x, std::size_t rows, std::vector<float>& y) {
  const Parameter& weights = map.weights;
  nn::multiply_transposed({x.data(), rows, weights.cols},
                          {weights.quantized.data(), weights.rows, weights.cols}, y.data(),
                          weights.rows);
  requantize(map.multiplier, y.size(), y.data());
}

// dy becomes the gradient by the sums before they were requantised.
void linear_backward(const Map& map, const std::vector<float>& x, const std::vector<float>& y,
                     std::vector<float>& dy, std::size_t rows, std::vector<float>& dx,
                     float* dweights) {
  const Parameter& weights = map.weights;
  requantize_backward(map.multiplier, y.size(), y.data(), dy.data());
  nn::multiply({dy.data(), rows, weights.rows},
               {weights.quantized.data(), weights.rows, weights.cols}, dx.data(), weights.cols);
  nn::transposed_multiply({dy.data(), rows, weights.rows}, {x.data(), rows, weights.cols}, dweights,
                          weights.cols, Into::add);
}

void accumulate(std::vector<float>& sum, const std::vector<float>& summand) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += summand[i];
}

}  // namespace

NetworkPass::NetworkPass(const v1::NetworkShape& shape, std::size_t tokens)
    : shape_(shape),
      tokens_(tokens),
      width_(width_of(shape)),
      qkv_width_(width_ + 2 * kHeadSize),
      attention_multiplier_(attention_output_multiplier(shape)),
      inputs_(tokens),
      residual_(tokens * width_),
      final_(make_norm()),
      rotary_(tokens),
      attention_(tokens, shape.heads),
      head_loss_(kVocabulary),
      dresidual_(tokens * width_),
      dnarrow_(tokens * width_),
      dnormed_(tokens * width_),
      dhidden_(tokens * shape.d_ff),
      dup_(tokens * 2 * shape.d_ff),
      dqkv_(tokens * qkv_width_),
      dqueries_(tokens * width_),
      dkeys_(tokens * kHeadSize),
      dvalues_(tokens * kHeadSize) {
  for (std::uint32_t i = 0; i < shape.layers; ++i) layers_.push_back(make_layer());
}

NetworkPass::Norm NetworkPass::make_norm() const {
  return {std::vector<float>(tokens_ * width_), std::vector<float>(tokens_ * width_),
          std::vector<float>(tokens_)};
}

NetworkPass::Layer NetworkPass::make_layer() const {
  Layer layer;
  for (Norm* norm : {&layer.attention_input, &layer.attention_output, &layer.feed_forward_input,
                     &layer.feed_forward_output})
    *norm = make_norm();
  layer.qkv.resize(tokens_ * qkv_width_);
  layer.queries.resize(tokens_ * width_);
  layer.keys.resize(tokens_ * kHeadSize);
  layer.values.resize(tokens_ * kHeadSize);
  layer.weights.resize(tokens_ * shape_.heads * tokens_);
  layer.weight_sums.resize(tokens_ * shape_.heads);
  layer.attended.resize(tokens_ * width_);
  layer.up.resize(tokens_ * 2 * shape_.d_ff);
  layer.hidden.resize(tokens_ * shape_.d_ff);
  return layer;
}

void NetworkPass::normalize_residual(const float* gain, Norm& norm) {
  norm.input = residual_;
  normalize({tokens_, width_}, norm.input.data(), gain, norm.output.data(),
            norm.inverse_rms.data());
}

void NetworkPass::add_branch(const float* gain, Norm& norm) {
  normalize({tokens_, width_}, norm.input.data(), gain, norm.output.data(),
            norm.inverse_rms.data());
  accumulate(residual_, norm.output);
}

void NetworkPass::norm_backward(const Parameters& parameters, std::size_t gain, const Norm& norm,
                                const std::vector<float>& doutput, Gradients& gradients) {
  normalize_backward({tokens_, width_}, norm.input.data(), parameters[gain], norm.output.data(),
                     norm.inverse_rms.data(), doutput.data(), dnarrow_.data(), gradients[gain]);
}

void NetworkPass::split_heads(Layer& layer) const {
  for (std::size_t t = 0; t < tokens_; ++t) {
    const float* row = &layer.qkv[t * qkv_width_];
    for (std::size_t at = 0; at < width_; at += kHeadSize)
      rotary_.rotate_query(t, row + at, &layer.queries[t * width_ + at]);
    rotary_.rotate_key(t, row + width_, &layer.keys[t * kHeadSize]);
    std::copy_n(row + width_ + kHeadSize, kHeadSize, &layer.values[t * kHeadSize]);
  }
}

void NetworkPass::join_head_gradients(const Layer& layer) {
  for (std::size_t t = 0; t < tokens_; ++t) {
    float* row = &dqkv_[t * qkv_width_];
    for (std::size_t at = 0; at < width_; at += kHeadSize)
      rotary_.query_backward(t, &dqueries_[t * width_ + at], row + at);
    rotary_.key_backward(t, &layer.keys[t * kHeadSize], &dkeys_[t * kHeadSize], row + width_);
    std::copy_n(&dvalues_[t * kHeadSize], kHeadSize, row + width_ + kHeadSize);
  }
}

void NetworkPass::attention_forward(const Parameters& parameters, const LayerIndex& index,
                                    Layer& layer) {
  normalize_residual(parameters[index.attention_input_norm], layer.attention_input);
  linear({parameters.list[index.qkv]}, layer.attention_input.output, tokens_, layer.qkv);
  split_heads(layer);
  attention_.forward({layer.queries.data(), layer.keys.data(), layer.values.data(),
                      parameters[index.sink], parameters[index.score_multiplier]},
                     layer.attended.data(), layer.weights.data(), layer.weight_sums.data());
  linear({parameters.list[index.attention_output], attention_multiplier_}, layer.attended, tokens_,
         layer.attention_output.input);
  add_branch(parameters[index.attention_output_norm], layer.attention_output);
}

void NetworkPass::feed_forward_forward(const Parameters& parameters, const LayerIndex& index,
                                       Layer& layer) {
  normalize_residual(parameters[index.feed_forward_input_norm], layer.feed_forward_input);
  linear({parameters.list[index.up]}, layer.feed_forward_input.output, tokens_, layer.up);
  apply_gates(tokens_, shape_.d_ff, layer.up.data(), layer.hidden.data());
  linear({parameters.list[index.down]}, layer.hidden, tokens_, layer.feed_forward_output.input);
  add_branch(parameters[index.feed_forward_output_norm], layer.feed_forward_output);
}

void NetworkPass::forward(const Parameters& parameters, std::span<const std::uint16_t> text) {
  inputs_[0] = kFirstToken;
  std::copy_n(text.begin(), tokens_ - 1, inputs_.begin() + 1);
  for (std::size_t t = 0; t < tokens_; ++t)
    std::copy_n(parameters[parameters.embedding] + inputs_[t] * width_, width_,
                &residual_[t * width_]);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    attention_forward(parameters, parameters.layers[i], layers_[i]);
    feed_forward_forward(parameters, parameters.layers[i], layers_[i]);
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
  for (std::size_t first = 0; first < tokens_; first += HeadLoss::kPart) {
    const auto part = head_loss_.logits(head(parameters), &final_.output[first * width_],
                                        std::min(HeadLoss::kPart, tokens_ - first));
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

double NetworkPass::gradients(const Parameters& parameters, std::span<const std::uint16_t> text,
                              float weight, Gradients& gradients) {
  forward(parameters, text);
  const double bits = head_loss_.backward(head(parameters), final_.output.data(), text,
                                          weight / static_cast<float>(tokens_), dnormed_.data(),
                                          gradients[parameters.head]);
  backward(parameters, gradients);
  return bits;
}

void NetworkPass::backward(const Parameters& parameters, Gradients& gradients) {
  norm_backward(parameters, parameters.final_norm, final_, dnormed_, gradients);
  dresidual_ = dnarrow_;
  for (std::size_t i = layers_.size(); i-- > 0;) {
    feed_forward_backward(parameters, parameters.layers[i], layers_[i], gradients);
    attention_backward(parameters, parameters.layers[i], layers_[i], gradients);
  }
  embed_backward(parameters, gradients);
}

void NetworkPass::feed_forward_backward(const Parameters& parameters, const LayerIndex& index,
                                        const Layer& layer, Gradients& gradients) {
  norm_backward(parameters, index.feed_forward_output_norm, layer.feed_forward_output, dresidual_,
                gradients);
  linear_backward({parameters.list[index.down]}, layer.hidden, layer.feed_forward_output.input,
                  dnarrow_, tokens_, dhidden_, gradients[index.down]);
  apply_gates_backward(tokens_, shape_.d_ff, layer.up.data(), dhidden_.data(), dup_.data());
  linear_backward({parameters.list[index.up]}, layer.feed_forward_input.output, layer.up, dup_,
                  tokens_, dnormed_, gradients[index.up]);
  norm_backward(parameters, index.feed_forward_input_norm, layer.feed_forward_input, dnormed_,
                gradients);
  accumulate(dresidual_, dnarrow_);
}

void NetworkPass::attention_backward(const Parameters& parameters, const LayerIndex& index,
                                     const Layer& layer, Gradients& gradients) {
  norm_backward(parameters, index.attention_output_norm, layer.attention_output, dresidual_,
                gradients);
  linear_backward({parameters.list[index.attention_output], attention_multiplier_}, layer.attended,
                  layer.attention_output.input, dnarrow_, tokens_, dnormed_,
                  gradients[index.attention_output]);
  attention_.backward({layer.queries.data(), layer.keys.data(), layer.values.data(),
                       parameters[index.sink], parameters[index.score_multiplier]},
                      layer.attended.data(), layer.weights.data(), layer.weight_sums.data(),
                      dnormed_.data(),
                      {dqueries_.data(), dkeys_.data(), dvalues_.data(), gradients[index.sink],
                       gradients[index.score_multiplier]});
  join_head_gradients(layer);
  linear_backward({parameters.list[index.qkv]}, layer.attention_input.output, layer.qkv, dqkv_,
                  tokens_, dnormed_, gradients[index.qkv]);
  norm_backward(parameters, index.attention_input_norm, layer.attention_input, dnormed_, gradients);
  accumulate(dresidual_, dnarrow_);
}

void NetworkPass::embed_backward(const Parameters& parameters, Gradients& gradients) {
  for (std::size_t t = 0; t < tokens_; ++t) {
    float* row = gradients[parameters.embedding] + inputs_[t] * width_;
    for (std::size_t i = 0; i < width_; ++i) row[i] += dresidual_[t * width_ + i];
  }
}

}  // namespace czip::v1::training
