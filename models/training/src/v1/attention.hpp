// Attention of one sequence of a czip-model-v1 network, bit for bit the engine's in the dialect
// `rust`, and its gradient (conformance/czip-v1.md, section 4, steps 3 and 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/engine/v1/functions.hpp"
#include "v1/norm.hpp"

namespace czip::v1::training {

// All heads share keys and values (multi-query attention: Shazeer 2019), so each head's query can
// be treated as a further token. Rows are in the order of tokens, then heads, 64 elements each.
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

// Can be reused for the next sequence; not thread-safe.
class Attention {
 public:
  Attention(std::size_t tokens, std::size_t heads, const KernelTables& tables);

  // out: [tokens * heads][64]. `weights`, [tokens * heads][tokens], and `sums`, [tokens * heads],
  // are kept for the gradient; the weights of later tokens are undefined.
  void forward(const AttentionInput& input, float* out, std::uint16_t* weights, float* sums);
  void backward(const AttentionInput& input, const float* out, const std::uint16_t* weights,
                const float* sums, const float* dout, const AttentionGradients& gradients);

 private:
  // Queries are processed in blocks, so that the keys after a block can be skipped.
  struct Block {
    std::size_t first, tokens;
    [[nodiscard]] std::size_t end() const { return first + tokens; }
  };
  template <class Work>
  void for_each_block(const Work& work) const;

  void mean_gradients(const Block& block, const float* out, const float* dout);
  void load_weights(const Block& block, const std::uint16_t* weights, const float* sums);
  void score_gradients(const AttentionInput& input, const Block& block);
  void sink_gradients(const AttentionInput& input, const Block& block,
                      const AttentionGradients& gradients);

  std::size_t tokens_, heads_;
  KernelTables tables_;
  Exp2Table exp2_;
  std::vector<std::uint32_t> values_;  // [tokens][64], modulo 2^32
  std::vector<std::int32_t> scores_;   // [tokens]
  std::vector<float> products_;        // [rows of a block][tokens]
  std::vector<float> normalized_;      // [rows of a block][tokens]: weights that add up to 1
  std::vector<float> sink_weight_;     // [rows of a block], normalized
  std::vector<float> dmean_;           // [rows of a block][64]: gradients of the mean values
  std::vector<float> row_product_;     // [rows of a block]
};

}  // namespace czip::v1::training
