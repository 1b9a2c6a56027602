// czip-network-llm.md: a public language model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "llm_functions.hpp"
#include "tensors.hpp"

namespace reference::llm {

// Bytes of the file, of m outputs: w[o][i] + 128 in tiles.
struct Matrix {
  std::size_t inputs = 0;
  std::vector<std::uint8_t> tiles;
  std::vector<std::uint32_t> scale;
  std::vector<std::int32_t> bias;  // or nothing
  int shift = 0;

  // Outputs with the bound b.
  [[nodiscard]] Numbers product(const Vector& vector, std::int64_t b) const;
};

// What a stream has in its window.
struct Slot {
  Numbers key, value;
};
struct LanguageStream {
  std::size_t position = 0;                           // of the next token: the number of slots
  std::vector<std::vector<std::vector<Slot>>> slots;  // by layer and key/value head
};

class LanguageNetwork {
 public:
  explicit LanguageNetwork(Tensors& tensors);

  struct Output {
    std::size_t position = 0;        // of the token
    std::vector<Numbers> residuals;  // after the embedding, then after each half of a layer
    Numbers logits;
  };
  // The token's logits; `window` has 16 slots to as many as there are positions.
  Output step(LanguageStream& stream, std::size_t window, std::size_t token) const;

  // [j]: the sum of the frequencies before j.
  [[nodiscard]] std::vector<std::uint64_t> cumulative_frequencies(const Numbers& logits) const;

  [[nodiscard]] std::size_t vocabulary() const { return vocabulary_; }
  [[nodiscard]] std::size_t positions() const { return positions_; }

 private:
  struct Layer {
    Matrix qkv, output, up, down;
    int score_shift = 0;
  };

  void read_config(Tensors& tensors);
  void read_tables(Tensors& tensors);
  [[nodiscard]] Matrix read_matrix(Tensors& tensors, const std::string& name, std::size_t outputs,
                                   std::size_t inputs, std::uint32_t bias_flag) const;

  void make_room(LanguageStream& stream, std::size_t window) const;
  [[nodiscard]] Numbers embed(std::size_t token, std::size_t position) const;
  void rotate(Numbers& head, std::size_t position, bool back) const;
  [[nodiscard]] Numbers attention(const Layer& layer, const Numbers& residual, std::size_t position,
                                  std::vector<std::vector<Slot>>& slots) const;
  [[nodiscard]] Numbers attend(Numbers query, const std::vector<Slot>& slots,
                               int score_shift) const;
  [[nodiscard]] Numbers feed_forward(const Layer& layer, const Numbers& residual) const;
  [[nodiscard]] std::int64_t weight(std::uint64_t gap) const;
  [[nodiscard]] std::int64_t activation(std::int64_t g) const;

  std::size_t vocabulary_ = 0, width_ = 0, layer_count_ = 0, heads_ = 0, kv_heads_ = 0,
              head_size_ = 0, hidden_ = 0, positions_ = 0, kept_ = 0, rotated_ = 0, block_ = 0;
  bool gated_ = false;
  std::uint32_t biases_ = 0;
  std::uint64_t epsilon_ = 0;

  std::vector<std::uint16_t> exp2_;
  std::vector<std::uint32_t> gate_;
  std::vector<std::int16_t> rotary_;
  std::vector<std::int32_t> position_vectors_;
  std::vector<std::int8_t> embedding_;
  std::vector<std::uint32_t> embedding_scale_;
  int embedding_shift_ = 0;
  std::vector<Layer> layers_;
  Matrix head_;
};

}  // namespace reference::llm
