// czip-network-v2.md: a model's network.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tensors.hpp"

namespace reference {

struct Model;

// int8 values; compilers multiply 16-bit factors fastest.
using Activations = std::vector<std::int16_t>;
using Accumulators = std::vector<std::int32_t>;
// [i]: sum of the frequencies before i.
using CumulativeFrequencies = std::vector<std::uint64_t>;

// int8 elements, row-major.
class Matrix {
 public:
  Matrix() = default;
  Matrix(Tensors& tensors, const std::string& name, std::size_t rows, std::size_t columns);
  [[nodiscard]] std::int32_t at(std::size_t row, std::size_t column) const {
    return elements_[row * columns_ + column];
  }
  [[nodiscard]] std::int32_t dot(std::size_t row, const Activations& x) const;
  [[nodiscard]] Accumulators times(const Activations& x) const;

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::int16_t> elements_;
};

// Brings accumulators back to int8 or int16 range, with a scale for each channel.
struct ChannelRequantization {
  std::vector<std::int16_t> scale;
  int shift = 0;
  std::int32_t bound = 0;

  [[nodiscard]] std::int32_t operator()(std::int32_t sum, std::size_t element) const;
};

// The state of one stream.
struct NetworkStream {
  // The keys and values of a layer's last tokens, the latest first: the index is the distance.
  struct Window {
    std::deque<Activations> keys;
    std::deque<Activations> values;
  };
  std::size_t last = 0;
  std::vector<Window> layers;
};

class Network {
 public:
  // The model's tokens and code tree must have been read.
  Network(Tensors& tensors, const Model& model);

  // Appends the token to the stream. Returns the normalized residual that both heads take.
  Activations step(NetworkStream& stream, std::size_t token) const;
  [[nodiscard]] Accumulators group_logits(const Activations& output) const;
  [[nodiscard]] Accumulators member_logits(const Activations& output, std::size_t group) const;
  [[nodiscard]] CumulativeFrequencies cumulative_frequencies(const Accumulators& logits) const;

  [[nodiscard]] std::size_t group_size() const { return group_size_; }
  // For the rank past the last: the number of groups.
  [[nodiscard]] std::size_t group_of(std::size_t rank) const { return group_of_[rank]; }
  [[nodiscard]] std::size_t first_rank(std::size_t group) const {
    return groups_[group].first_rank;
  }

 private:
  using Gains = std::vector<std::int16_t>;
  struct Layer {
    Gains attention_norm, query_norm, key_norm, feed_forward_norm;
    Matrix qkv, output, up, down;
    ChannelRequantization value_requantization, output_requantization, up_requantization,
        down_requantization;
    std::vector<std::int16_t> position_bias, score_scale, sink, attention_gain;
  };
  struct Group {
    std::size_t first_rank = 0;
    std::vector<std::uint16_t> tokens;  // in the order of ranks
  };

  void read_config(Tensors& tensors, std::size_t vocabulary);
  [[nodiscard]] Layer read_layer(Tensors& tensors, const std::string& prefix) const;
  void find_groups(const Model& model, std::uint32_t split, std::size_t low, std::size_t high);

  [[nodiscard]] Accumulators embed(std::size_t last, std::size_t token) const;
  Activations attention(const Layer& layer, const Accumulators& residual,
                        NetworkStream::Window& window) const;
  void attend(const Layer& layer, std::size_t head, const Activations& query,
              const NetworkStream::Window& window, Activations& result) const;
  [[nodiscard]] Activations feed_forward(const Layer& layer, const Accumulators& residual) const;
  [[nodiscard]] std::int32_t attention_weight(std::int32_t below_largest) const;
  [[nodiscard]] std::uint64_t logit_weight(std::int32_t below_largest) const;

  std::size_t vocabulary_ = 0, width_ = 0, layer_count_ = 0, heads_ = 0, kv_heads_ = 0,
              head_width_ = 0, hidden_ = 0, window_ = 0, bigrams_ = 0, group_size_ = 0;
  bool gated_ = false, tied_ = false;
  int embedding_shift_ = 0;

  std::vector<std::uint16_t> exp2_;
  Matrix embedding_, bigram_, group_head_, head_;
  std::vector<Layer> layers_;
  Gains final_norm_;
  ChannelRequantization logit_requantization_;
  std::vector<Group> groups_;
  std::vector<std::size_t> group_of_;
};

}  // namespace reference
