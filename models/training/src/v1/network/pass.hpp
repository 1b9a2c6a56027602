// The forward pass of a czip-model-v1 network on a whole sequence, the same logits bit for bit as
// the engine's step by step (dialect `rust`), and its gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/training/v1/network_trainer.hpp"
#include "v1/network/attention.hpp"
#include "v1/network/head_loss.hpp"
#include "v1/network/parameters.hpp"
#include "v1/network/rotary.hpp"

namespace czip::v1::training {

// For sequences of one length. Not thread-safe; a thread has its own.
class NetworkPass {
 public:
  NetworkPass(const v1::NetworkShape& shape, std::size_t tokens);

  // `text` are the tokens to predict, the first after <|bos|>, as where a chunk is coded. Adds
  // gradients of the mean natural logarithm, times `weight`, and returns the bits of all tokens.
  double gradients(const Parameters& parameters, std::span<const std::uint16_t> text, float weight,
                   nn::Gradients& gradients);
  // The bits of all tokens.
  double evaluate(const Parameters& parameters, std::span<const std::uint16_t> text);
  // The logits of each token: [tokens][vocabulary].
  std::vector<float> logits(const Parameters& parameters, std::span<const std::uint16_t> text);

 private:
  // A normalisation's input, output and inverse root mean square.
  struct Norm {
    std::vector<float> input, output, inverse_rms;
  };
  struct Layer {
    Norm attention_input;
    std::vector<float> qkv;                    // [T][D + 128]
    std::vector<float> queries, keys, values;  // rotated, the keys and values apart
    std::vector<std::uint16_t> weights;        // [T * H][T]
    std::vector<float> weight_sums;            // [T * H]
    std::vector<float> attended;               // [T][D]
    Norm attention_output;
    Norm feed_forward_input;
    std::vector<float> up;      // [T][2 F]
    std::vector<float> hidden;  // [T][F]
    Norm feed_forward_output;
  };

  [[nodiscard]] Norm make_norm() const;
  [[nodiscard]] Layer make_layer() const;
  void forward(const Parameters& parameters, std::span<const std::uint16_t> text);
  void backward(const Parameters& parameters, nn::Gradients& gradients);
  void attention_forward(const Parameters& parameters, const LayerIndex& index, Layer& layer);
  void feed_forward_forward(const Parameters& parameters, const LayerIndex& index, Layer& layer);
  void attention_backward(const Parameters& parameters, const LayerIndex& index, const Layer& layer,
                          nn::Gradients& gradients);
  void feed_forward_backward(const Parameters& parameters, const LayerIndex& index,
                             const Layer& layer, nn::Gradients& gradients);
  void embed_backward(const Parameters& parameters, nn::Gradients& gradients);
  void split_heads(Layer& layer) const;
  void join_head_gradients(const Layer& layer);

  // Of the residual as it is.
  void normalize_residual(const float* gain, Norm& norm);
  // Normalises what norm.input has and adds it to the residual.
  void add_branch(const float* gain, Norm& norm);
  // The gradient by norm.input, to dnarrow_, of that by norm.output.
  void norm_backward(const Parameters& parameters, std::size_t gain, const Norm& norm,
                     const std::vector<float>& doutput, nn::Gradients& gradients);
  [[nodiscard]] Head head(const Parameters& parameters) const;

  v1::NetworkShape shape_;
  std::size_t tokens_, width_, qkv_width_;
  std::int32_t attention_multiplier_;
  std::vector<std::uint16_t> inputs_;  // [T]
  std::vector<float> residual_;        // [T][D]
  std::vector<Layer> layers_;
  Norm final_;
  Rotary rotary_;
  Attention attention_;
  HeadLoss head_loss_;
  // Gradients by the residual and by what lies between.
  std::vector<float> dresidual_, dnarrow_, dnormed_, dhidden_, dup_, dqkv_;
  std::vector<float> dqueries_, dkeys_, dvalues_;
};

}  // namespace czip::v1::training
