// Attention of one sequence of a czip-model-v2 network and its gradient
// (conformance/czip-network-v2.md, step 2.3): grouped queries (Ainslie et al. 2023) with learned
// position biases and attention sinks (Xiao et al. 2023).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/matrix_products.hpp"
#include "v2/network/kernels.hpp"

namespace czip::v2::training {

struct AttentionShape {
  std::size_t tokens, heads, kv_heads, head_dim, window;
  std::size_t stride;  // from row to row of `qkv`: a token's queries, keys and values

  [[nodiscard]] std::size_t key_column() const { return heads * head_dim; }
  [[nodiscard]] std::size_t value_column() const { return (heads + kv_heads) * head_dim; }
  // Number of weights of a sequence: [heads][tokens][tokens].
  [[nodiscard]] std::size_t weights() const { return heads * tokens * tokens; }
};

// By head; position_bias by head and distance.
struct AttentionParameters {
  const float *position_bias, *score_scale, *sink, *gain;
};
struct AttentionGradients {
  float *position_bias, *score_scale, *sink, *gain;
};

// Lets each token of a sequence, no longer than the window, attend to those before it. Can be
// reused for the next sequence; not thread-safe.
class Attention {
 public:
  Attention(const AttentionShape& shape, const Kernels& kernels);

  // `out`: [tokens][heads * head_dim]. `weights` and `sums` ([heads][tokens]) are kept for the
  // gradient.
  void forward(const float* qkv, const AttentionParameters& parameters, float* out,
               std::uint8_t* weights, float* sums);
  // Replaces dqkv and adds to the parameters' gradients.
  void backward(const float* qkv, const AttentionParameters& parameters, const float* out,
                const std::uint8_t* weights, const float* sums, const float* dout, float* dqkv,
                const AttentionGradients& gradients);

 private:
  // Queries are processed in blocks, so that the keys after a block can be skipped.
  struct Block {
    std::size_t first, tokens;
    [[nodiscard]] std::size_t end() const { return first + tokens; }
  };
  template <class Work>
  void for_each_block(const Work& work) const;

  [[nodiscard]] AttentionHead head_of(const AttentionParameters& parameters,
                                      std::size_t head) const;
  // The column of a head's keys among all keys, or of its values among all values.
  [[nodiscard]] std::size_t kv_column(std::size_t head) const;
  // The rows of a block in qkv, beginning at a column.
  [[nodiscard]] nn::Matrix rows(const float* qkv, std::size_t column, const Block& block) const;
  // The rows up to a block's end.
  [[nodiscard]] nn::Matrix rows_before(const float* qkv, std::size_t column,
                                       const Block& block) const;

  void head_forward(std::size_t head, const float* qkv, const AttentionParameters& parameters,
                    float* out, std::uint8_t* weights, float* sums);
  void head_backward(std::size_t head, const float* qkv, const AttentionParameters& parameters,
                     const float* out, const std::uint8_t* weights, const float* sums,
                     const float* dout, float* dqkv, const AttentionGradients& gradients);
  void value_gradients(std::size_t head, const float* qkv, float* dqkv);
  void score_gradients(const AttentionHead& head, std::size_t number, const std::uint8_t* weights,
                       const float* sums, const AttentionGradients& gradients);
  float query_key_gradients(std::size_t head, const float* qkv, float* dqkv);

  AttentionShape shape_;
  const Kernels* kernels_;
  // The weight of a score by how many units it is below the largest; the last is 0.
  std::array<std::uint8_t, kScoreRange + 1> weight_of_;
  std::vector<float> scores_;             // [tokens][tokens]
  std::vector<float> products_;           // [tokens][tokens]
  std::vector<float> bias_;               // of a head, by falling distance
  std::vector<float> weighted_;           // [tokens][head_dim]
  std::vector<float> row_products_;       // [tokens]
  std::vector<std::int32_t> row_scores_;  // [tokens]
};

}  // namespace czip::v2::training
