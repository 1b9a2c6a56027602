// Attention of one sequence of czip-model-v1, bit for bit the engine's in the dialect `rust`, and
// its gradient (conformance/czip-v1.md, section 4, steps 3 and 4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace czip::v1::training {

// All heads share keys and values, so the queries of a token's heads are as good as further tokens:
// rows are in the order of tokens, then heads, 64 elements each.
struct AttentionInput {
  const float* queries;           // [tokens * heads], rotated and halved
  const float* keys;              // [tokens], rotated
  const float* values;            // [tokens]
  const float* sink;              // one key, whose value is zero
  const float* score_multiplier;  // [heads]
};

struct AttentionGradients {
  float *queries, *keys, *values;  // replaced
  float *sink, *score_multiplier;  // added to
};

// Reused from sequence to sequence; not thread-safe.
class Attention {
 public:
  Attention(std::size_t tokens, std::size_t heads);

  // out: [tokens * heads][64]. `weights`, [tokens * heads][tokens], and `sums`, [tokens * heads],
  // are kept for the gradient; of the weights those of later tokens are undefined.
  void forward(const AttentionInput& input, float* out, std::uint16_t* weights, float* sums);
  void backward(const AttentionInput& input, const float* out, const std::uint16_t* weights,
                const float* sums, const float* dout, const AttentionGradients& gradients);

 private:
  // Queries are taken in parts, so that the keys behind a part are left out.
  struct Part {
    std::size_t first, tokens;
    [[nodiscard]] std::size_t end() const { return first + tokens; }
  };

  void attend(const AttentionInput& input, std::size_t row, const float* products, float* out,
              std::uint16_t* weights, float& sum);
  void mean_gradients(const Part& part, const float* out, const float* dout);
  void load_weights(const Part& part, const std::uint16_t* weights, const float* sums);
  void score_gradients(const AttentionInput& input, const Part& part);
  void sink_gradients(const AttentionInput& input, const Part& part,
                      const AttentionGradients& gradients);
  template <class Work>
  void for_each_part(const Work& work) const;

  std::size_t tokens_, heads_;
  std::array<std::uint16_t, 256> exp2_;
  std::vector<std::uint32_t> values_;  // [tokens][64], modulo 2^32
  std::vector<std::int32_t> scores_;   // [tokens]
  std::vector<float> products_;        // [rows of a part][tokens]
  std::vector<float> shares_;          // [rows of a part][tokens]: weights, normalised
  std::vector<float> sink_share_;      // [rows of a part]
  std::vector<float> mixed_;           // [rows of a part][64]: gradients by the mean of the values
  std::vector<float> row_product_;     // [rows of a part]
};

}  // namespace czip::v1::training
