// Attention of one sequence and its gradient (conformance/czip-network-v2.md, step 2.3).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace czip::nn {

struct AttentionShape {
  std::size_t tokens, heads, kv_heads, head_dim, window;
  std::size_t stride;  // of `qkv`: its rows are the queries, keys and values of a token

  [[nodiscard]] std::size_t key_column() const { return heads * head_dim; }
  [[nodiscard]] std::size_t value_column() const { return (heads + kv_heads) * head_dim; }
  // Weights of a sequence: for each head and token those of all tokens.
  [[nodiscard]] std::size_t weights() const { return heads * tokens * tokens; }
};

// By head, and head and distance.
struct AttentionParameters {
  const float *position_bias, *score_scale, *sink, *gain;
};
struct AttentionGradients {
  float *position_bias, *score_scale, *sink, *gain;
};

// Attends the tokens of a sequence to those before them. The sequence must not be longer than the
// window. Reused from sequence to sequence; not thread-safe.
class Attention {
 public:
  explicit Attention(const AttentionShape& shape);

  // `out`: [tokens][heads * head_dim]. `weights` and `sums` ([heads][tokens]) are kept for the
  // gradient.
  void forward(const float* qkv, const AttentionParameters& parameters, float* out,
               std::uint8_t* weights, float* sums);
  // dqkv is replaced, what belongs to the parameters is added to.
  void backward(const float* qkv, const AttentionParameters& parameters, const float* out,
                const std::uint8_t* weights, const float* sums, const float* dout, float* dqkv,
                const AttentionGradients& gradients);

 private:
  void weigh(std::size_t head, const AttentionParameters& parameters, std::uint8_t* weights,
             float* sums);
  void score_gradients(std::size_t head, const AttentionParameters& parameters,
                       const std::uint8_t* weights, const float* sums,
                       const AttentionGradients& gradients);

  AttentionShape shape_;
  // The weight of a score that many units below the largest; the last is 0.
  std::array<std::uint8_t, 577> weight_of_;
  std::vector<float> scores_;             // [tokens][tokens]
  std::vector<float> products_;           // [tokens][tokens]
  std::vector<float> bias_;               // of a head, by falling distance
  std::vector<float> mixed_;              // [tokens][head_dim]
  std::vector<float> row_product_;        // [tokens]
  std::vector<std::int32_t> row_scores_;  // [tokens]
};

}  // namespace czip::nn
