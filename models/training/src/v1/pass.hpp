// The forward pass of a czip-model-v1 network on a whole sequence, whose logits are those of the
// engine's steps (dialect `rust`) bit for bit at every instruction set, and its gradient
// (backpropagation).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/training/v1/model_trainer.hpp"
#include "nn/isa.hpp"
#include "nn/linear.hpp"
#include "v1/attention.hpp"
#include "v1/format.hpp"
#include "v1/head_loss.hpp"
#include "v1/norm.hpp"
#include "v1/parameters.hpp"

namespace czip::v1::training {

// Handles sequences of one length. Not thread-safe: each thread needs its own.
class NetworkPass {
 public:
  NetworkPass(const NetworkShape& shape, std::size_t tokens, nn::Isa isa = nn::best_isa());

  // `text` holds the tokens to predict, the first of them after <|bos|>, as in a chunk. Adds the
  // gradients of the mean code length in nats, times `weight`. Returns the code length of all
  // tokens in bits.
  double gradients(const Parameters& parameters, std::span<const std::uint16_t> text, float weight,
                   nn::Gradients& gradients);
  // The code length of all tokens in bits.
  double evaluate(const Parameters& parameters, std::span<const std::uint16_t> text);
  // The logits of each token: [tokens][vocabulary].
  std::vector<float> logits(const Parameters& parameters, std::span<const std::uint16_t> text);

 private:
  // A linear map with its requantization.
  struct Map {
    const nn::Parameter& weights;
    std::int32_t multiplier = kRequantizeMultiplier;
  };
  struct Layer {
    nn::NormActivations attention_input;
    std::vector<float> qkv;                    // [T][D + 128]
    std::vector<float> queries, keys, values;  // of qkv; queries and keys rotated
    std::vector<std::uint16_t> weights;        // [T * H][T]
    std::vector<float> weight_sums;            // [T * H]
    std::vector<float> attended;               // [T][D]
    nn::NormActivations attention_output;
    nn::NormActivations feed_forward_input;
    std::vector<float> up;      // [T][2 F]
    std::vector<float> hidden;  // [T][F]
    nn::NormActivations feed_forward_output;
  };

  [[nodiscard]] Layer make_layer() const;
  void forward(const Parameters& parameters, std::span<const std::uint16_t> text);
  void backward(const Parameters& parameters, nn::Gradients& gradients);
  void forward_attention(const Parameters& parameters, const LayerIndex& index, Layer& layer);
  void forward_feed_forward(const Parameters& parameters, const LayerIndex& index, Layer& layer);
  void backward_attention(const Parameters& parameters, const LayerIndex& index, const Layer& layer,
                          nn::Gradients& gradients);
  void backward_feed_forward(const Parameters& parameters, const LayerIndex& index,
                             const Layer& layer, nn::Gradients& gradients);
  void backward_embed(const Parameters& parameters, nn::Gradients& gradients);
  void split_heads(Layer& layer) const;
  void join_head_gradients(const Layer& layer);

  // y = requantize(x * transpose(weights)).
  void forward_map(const Map& map, const std::vector<float>& x, std::vector<float>& y) const;
  // Replaces dy by the gradient of the sums before they were requantized.
  void backward_map(const Map& map, const std::vector<float>& x, const std::vector<float>& y,
                    std::vector<float>& dy, std::vector<float>& dx, float* dweights) const;
  // Normalizes the present residual.
  void normalize_residual(const float* gain, nn::NormActivations& norm) const;
  // Normalizes norm.input and adds it to the residual.
  void add_branch(const float* gain, nn::NormActivations& norm);
  // Computes the gradient of the norm's input, in dnarrow_, from that of its output.
  void backward_norm(const Parameters& parameters, std::size_t gain,
                     const nn::NormActivations& norm, const std::vector<float>& doutput,
                     nn::Gradients& gradients);
  [[nodiscard]] Head head(const Parameters& parameters) const;
  [[nodiscard]] const float* cosines(std::size_t position) const;
  [[nodiscard]] const float* sines(std::size_t position) const;

  NetworkShape shape_;
  KernelTables tables_;
  std::size_t tokens_, width_, qkv_width_;
  std::int32_t attention_multiplier_;
  std::vector<std::uint16_t> inputs_;  // [T]
  std::vector<float> residual_;        // [T][D]
  std::vector<Layer> layers_;
  nn::NormActivations final_;
  std::vector<float> cosines_, sines_;  // the integers of RotaryTables
  Attention attention_;
  HeadLoss head_loss_;
  // Gradients of the residual and of the activations.
  std::vector<float> dresidual_, dnarrow_, dnormalized_, dhidden_, dup_, dqkv_;
  std::vector<float> dqueries_, dkeys_, dvalues_;
};

}  // namespace czip::v1::training
