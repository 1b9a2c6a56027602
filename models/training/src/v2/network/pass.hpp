// The network's forward pass on whole sequences, the same logits bit for bit as the engine's step
// by step, and its gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/engine/v2/network.hpp"
#include "v2/network/attention.hpp"
#include "v2/network/head_loss.hpp"
#include "v2/network/parameters.hpp"

namespace czip::nn {

// Sequences of one length, no longer than the window. Not thread-safe; a thread has its own.
class NetworkPass {
 public:
  // `groups` must outlive this.
  NetworkPass(const v2::NetworkConfig& config, const HeadGroups& groups, std::size_t sequences,
              std::size_t tokens);

  // `text` holds, for each sequence, its tokens and the one after them: [sequences][tokens + 1].
  // Adds gradients of the mean natural logarithm, times `weight`, and returns the bits of all
  // tokens but each sequence's first.
  double gradients(const Parameters& parameters, std::span<const std::uint16_t> text, float weight,
                   Gradients& gradients);
  // The bits of the same tokens.
  double evaluate(const Parameters& parameters, std::span<const std::uint16_t> text);
  // The logits after each token of the first sequence of `text`: of the groups, and then of the
  // members of the group that the next token is in.
  std::vector<std::vector<float>> logits(const Parameters& parameters,
                                         std::span<const std::uint16_t> text);

 private:
  struct Layer {
    std::vector<float> attention_input;   // [N][D]: the residual
    std::vector<float> attention_normed;  // [N][D]
    std::vector<float> attention_rms;     // [N]
    std::vector<float> products;          // [N][queries, keys, values]
    std::vector<float> qkv;               // the same, normalised or requantized
    std::vector<float> query_rms;         // [H][N]
    std::vector<float> key_rms;           // [G][N]
    std::vector<std::uint8_t> weights;
    std::vector<float> weight_sums;     // [sequences][H][T]
    std::vector<float> attended;        // [N][H * E]
    std::vector<float> output;          // [N][D]
    std::vector<float> forward_input;   // [N][D]: the residual
    std::vector<float> forward_normed;  // [N][D]
    std::vector<float> forward_rms;     // [N]
    std::vector<float> up;              // [N][F]
    std::vector<float> activated;       // [N][F]
    std::vector<float> down;            // [N][D]
  };

  void forward(const Parameters& parameters, std::span<const std::uint16_t> text);
  void embed(const Parameters& parameters);
  void attention_forward(const Parameters& parameters, const LayerIndex& index, Layer& layer);
  void feed_forward_forward(const Parameters& parameters, const LayerIndex& index, Layer& layer);
  void embed_backward(const Parameters& parameters, Gradients& gradients);
  void attention_backward(const Parameters& parameters, const LayerIndex& index, const Layer& layer,
                          Gradients& gradients);
  void feed_forward_backward(const Parameters& parameters, const LayerIndex& index,
                             const Layer& layer, Gradients& gradients);
  [[nodiscard]] Head head(const Parameters& parameters) const;
  [[nodiscard]] std::uint32_t bucket(std::size_t position) const;

  v2::NetworkConfig config_;
  std::size_t sequences_;
  std::size_t tokens_;     // of a sequence
  std::size_t positions_;  // of all: N
  std::size_t query_width_, key_width_, qkv_width_;
  std::vector<std::uint16_t> inputs_;   // [N]
  std::vector<std::uint16_t> targets_;  // [N]
  std::vector<float> residual_;         // [N][D]
  std::vector<Layer> layers_;
  std::vector<float> final_normed_;  // [N][D]
  std::vector<float> final_rms_;     // [N]
  Attention attention_;
  HeadLoss head_loss_;
  // Gradients by the residual and by what lies between.
  std::vector<float> dresidual_, dnarrow_, dnormed_, dwide_, dqkv_;
};

}  // namespace czip::nn
