// czip-network-v2.md: a model's network.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tensors.hpp"

namespace reference {

struct Model;

// int8 but for their type: 16-bit factors are what compilers multiply fastest.
using Activations = std::vector<std::int16_t>;
using Sums = std::vector<std::int32_t>;
using Masses = std::vector<std::uint64_t>;  // cumulative

// Of int8 elements, row by row.
class Matrix {
 public:
  Matrix() = default;
  Matrix(Tensors& tensors, const std::string& name, std::size_t rows, std::size_t columns);
  [[nodiscard]] std::int32_t at(std::size_t row, std::size_t column) const {
    return elements_[row * columns_ + column];
  }
  [[nodiscard]] std::int32_t dot(std::size_t row, const Activations& x) const;
  [[nodiscard]] Sums times(const Activations& x) const;

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::int16_t> elements_;
};

// What brings sums back to a range, by element.
struct Requantize {
  std::vector<std::int16_t> scale;
  int shift = 0;
  std::int32_t bound = 0;

  [[nodiscard]] std::int32_t operator()(std::int32_t sum, std::size_t element) const;
};

// What a stream has seen.
struct NetworkStream {
  // A layer's last tokens, the latest first: so the index is the distance.
  struct Window {
    std::deque<Activations> keys;
    std::deque<Activations> values;
  };
  std::size_t last = 0;
  std::vector<Window> layers;
};

class Network {
 public:
  // The model's tokens and code must have been read.
  Network(Tensors& tensors, const Model& model);

  // Appends the token to the stream. Returns what the two functions below want.
  Activations step(NetworkStream& stream, std::size_t token) const;
  [[nodiscard]] Masses group_masses(const Activations& output) const;
  [[nodiscard]] Masses token_masses(const Activations& output, std::size_t group) const;

  [[nodiscard]] std::size_t group_size() const { return group_size_; }
  // The number of groups for the rank behind the last.
  [[nodiscard]] std::size_t group_of(std::size_t rank) const { return group_of_[rank]; }
  [[nodiscard]] std::size_t first_rank(std::size_t group) const {
    return groups_[group].first_rank;
  }

 private:
  using Gains = std::vector<std::int16_t>;
  struct Layer {
    Gains attention_norm, query_norm, key_norm, feed_forward_norm;
    Matrix qkv, output, up, down;
    Requantize value_requantize, output_requantize, up_requantize, down_requantize;
    std::vector<std::int16_t> position_bias, score_scale, sink, attention_gain;
  };
  struct Group {
    std::size_t first_rank = 0;
    std::vector<std::uint16_t> tokens;  // in the order of ranks
  };

  void read_config(Tensors& tensors, std::size_t vocabulary);
  [[nodiscard]] Layer read_layer(Tensors& tensors, const std::string& prefix) const;
  void find_groups(const Model& model, std::uint32_t split, std::size_t low, std::size_t high);

  [[nodiscard]] Sums embed(std::size_t last, std::size_t token) const;
  Activations attention(const Layer& layer, const Sums& residual,
                        NetworkStream::Window& window) const;
  void attend(const Layer& layer, std::size_t head, const Activations& query,
              const NetworkStream::Window& window, Activations& result) const;
  [[nodiscard]] Activations feed_forward(const Layer& layer, const Sums& residual) const;
  [[nodiscard]] std::int32_t attention_weight(std::int32_t below_largest) const;
  [[nodiscard]] std::uint64_t logit_weight(std::int32_t below_largest) const;
  [[nodiscard]] Masses masses(const Sums& logits) const;

  std::size_t vocabulary_ = 0, width_ = 0, layer_count_ = 0, heads_ = 0, kv_heads_ = 0,
              head_width_ = 0, hidden_ = 0, window_ = 0, bigrams_ = 0, group_size_ = 0;
  bool gated_ = false, tied_ = false;
  int embedding_shift_ = 0;

  std::vector<std::uint16_t> exp2_;
  Matrix embedding_, bigram_, group_head_, head_;
  std::vector<Layer> layers_;
  Gains final_norm_;
  Requantize logit_requantize_;
  std::vector<Group> groups_;
  std::vector<std::size_t> group_of_;
};

}  // namespace reference
