// The forward pass of a czip-model-v2 network on whole sequences, whose logits are those of the
// engine's steps bit for bit at every instruction set, and its gradient (backpropagation).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/engine/v2/network.hpp"
#include "nn/isa.hpp"
#include "nn/linear.hpp"
#include "v2/network/attention.hpp"
#include "v2/network/head_loss.hpp"
#include "v2/network/parameters.hpp"

namespace czip::v2::training {

// Handles sequences of one length, no longer than the window. Not thread-safe: each thread needs
// its own.
class NetworkPass {
 public:
  // `groups` must outlive this.
  NetworkPass(const NetworkConfig& config, const HeadGroups& groups, std::size_t sequences,
              std::size_t tokens, nn::Isa isa = nn::best_isa());

  // `text` holds, for each sequence, its tokens and the one after them: [sequences][tokens + 1].
  // Adds the gradients of the mean code length in nats, times `weight`. Returns the code length in
  // bits of all tokens but each sequence's first.
  double gradients(const Parameters& parameters, std::span<const std::uint16_t> text, float weight,
                   nn::Gradients& gradients);
  // The code length of the same tokens in bits.
  double evaluate(const Parameters& parameters, std::span<const std::uint16_t> text);
  // The logits after each token of the first sequence of `text`: those of the groups, then those of
  // the next token's group.
  std::vector<std::vector<float>> logits(const Parameters& parameters,
                                         std::span<const std::uint16_t> text);

 private:
  // N: positions of all sequences; D, F, H, G, E: see NetworkConfig.
  struct Layer {
    nn::NormActivations attention_norm;  // [N][D]: the residual
    std::vector<float> products;         // [N][queries, keys, values]
    std::vector<float> qkv;              // the same, normalized or requantized
    std::vector<float> query_rms;        // [H][N], inverse
    std::vector<float> key_rms;          // [G][N], inverse
    std::vector<std::uint8_t> weights;
    std::vector<float> weight_sums;         // [sequences][H][T]
    std::vector<float> attended;            // [N][H * E]
    std::vector<float> output;              // [N][D]
    nn::NormActivations feed_forward_norm;  // [N][D]: the residual
    std::vector<float> up;                  // [N][F]
    std::vector<float> activated;           // [N][F]
    std::vector<float> down;                // [N][D]
  };

  [[nodiscard]] Layer make_layer() const;
  void set_tokens(std::span<const std::uint16_t> text);
  void forward(const Parameters& parameters, std::span<const std::uint16_t> text);
  void embed(const Parameters& parameters);
  void project_heads(const Parameters& parameters, const LayerIndex& index, Layer& layer) const;
  void forward_attention(const Parameters& parameters, const LayerIndex& index, Layer& layer);
  void forward_feed_forward(const Parameters& parameters, const LayerIndex& index, Layer& layer);
  void backward_embed(const Parameters& parameters, nn::Gradients& gradients);
  void backward_attention(const Parameters& parameters, const LayerIndex& index, const Layer& layer,
                          nn::Gradients& gradients);
  void backward_heads(const Parameters& parameters, const LayerIndex& index, const Layer& layer,
                      nn::Gradients& gradients);
  void backward_feed_forward(const Parameters& parameters, const LayerIndex& index,
                             const Layer& layer, nn::Gradients& gradients);
  // Normalizes the present residual.
  void normalize_residual(const float* gain, nn::NormActivations& norm) const;
  // Computes the gradient of the norm's input from that of its output, dnormalized_.
  void backward_norm(const Parameters& parameters, std::size_t gain,
                     const nn::NormActivations& norm, nn::Gradients& gradients,
                     std::vector<float>& dinput) const;
  [[nodiscard]] Head head(const Parameters& parameters) const;
  // The row of the bigram table for the token at a position and the one before it.
  [[nodiscard]] std::uint32_t bucket(std::size_t position) const;

  NetworkConfig config_;
  KernelTables tables_;
  std::size_t sequences_;
  std::size_t tokens_;     // of a sequence
  std::size_t positions_;  // of all sequences: N
  std::size_t query_width_, key_width_, qkv_width_;
  std::vector<std::uint16_t> inputs_;   // [N]
  std::vector<std::uint16_t> targets_;  // [N]
  std::vector<float> residual_;         // [N][D]
  std::vector<Layer> layers_;
  nn::NormActivations final_norm_;  // [N][D]
  Attention attention_;
  HeadLoss head_loss_;
  // Gradients of the residual and of activations, one for each width.
  std::vector<float> dresidual_, dnarrow_, dnormalized_, dwide_, dqkv_;
};

}  // namespace czip::v2::training
