// czip-v2-coding.md, section 8: the inputs of the mixer.
#pragma once

#include <array>
#include <vector>

#include "functions.hpp"
#include "history.hpp"
#include "model.hpp"

namespace reference {

// Stretched probabilities, 8 fractional bits.
using Inputs = std::vector<std::int32_t>;

class CounterInputs {
 public:
  CounterInputs(std::size_t vocabulary, std::uint32_t lines_log2);
  void begin_token(const Contexts& contexts);
  void predict(const Node& node, const Logistic& logistic, Inputs& inputs);
  void learn_bit(const Node& node, bool bit);

 private:
  using Line = std::array<std::uint32_t, 8>;  // 0: the check

  std::uint32_t lines_log2_;
  std::vector<std::uint32_t> order0_;
  std::array<std::vector<Line>, 3> lines_;
  std::array<std::uint64_t, 3> context_{};
  std::array<Line*, 3> line_{};
  std::size_t counter_ = 1;  // in the line: 1 to 7
};

class PriorInputs {
 public:
  explicit PriorInputs(const Model& model) : model_(&model) {}
  void begin_token(const Contexts& contexts);
  void predict(const Node& node, const Logistic& logistic, Inputs& inputs) const;
  [[nodiscard]] std::uint32_t highest_order() const;

 private:
  struct List {
    std::vector<std::uint32_t> ranks;
    std::vector<std::uint32_t> cumulative{0};  // [j]: probability of the first j entries, Q16
    // Probability of the listed ranks below `rank`, Q16.
    [[nodiscard]] std::uint64_t below(std::uint32_t rank) const;
  };

  static List find(const PriorOrder& order, std::uint64_t context);

  const Model* model_;
  std::array<List, 5> lists_;
};

// Where each match model's match continues in the stream's ranks; 0: no match.
using MatchPositions = std::array<std::size_t, 2>;

class MatchInputs {
 public:
  MatchInputs(const std::vector<std::uint32_t>& maps, std::uint32_t table_log2);
  void begin_token(const History& history, std::size_t stream, MatchPositions& positions);
  void predict(const Node& node, const Logistic& logistic, Inputs& inputs);
  void learn_bit(bool bit);

  [[nodiscard]] std::uint32_t length_class(std::size_t m) const;
  // 0 if match 0 is not used, else 1 + the bit that it expects.
  [[nodiscard]] std::uint32_t expected_bit() const {
    return match_[0].used ? match_[0].bit ? 2 : 1 : 0;
  }

 private:
  struct Entry {
    std::size_t stream = 0;
    std::size_t position = 0;
  };
  struct Match {
    std::size_t length = 0;  // 0: none
    std::uint32_t expected = 0;
    bool used = false;
    bool bit = false;
    std::size_t map = 0;
  };

  std::uint32_t table_log2_;
  std::array<std::vector<Entry>, 2> table_;
  std::vector<std::uint32_t> maps_;
  std::array<Match, 2> match_;
};

// The last four different tokens that followed a context, the latest first.
class Successors {
 public:
  struct Entry {
    std::uint16_t rank;
    std::uint16_t count;
  };

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const Entry* begin() const { return entries_.data(); }
  [[nodiscard]] const Entry* end() const { return entries_.data() + size_; }
  // Drops the entries that the bit at the node `split` rules out.
  void keep(std::uint32_t split, bool bit);
  // Moves the token to the front. False if it was not among the entries: an escape.
  bool learn_token(std::uint32_t rank);

 private:
  std::array<Entry, 4> entries_{};
  std::uint32_t size_ = 0;
};

class SuccessorInputs {
 public:
  SuccessorInputs(std::size_t count, const std::vector<std::uint32_t>& maps,
                  std::uint32_t table_log2);
  void begin_token(const Contexts& contexts);
  void predict(const Node& node, const Logistic& logistic, Inputs& inputs);
  void learn_bit(const Node& node, bool bit);
  void end_token(std::uint32_t rank);

  [[nodiscard]] std::uint32_t active() const;
  [[nodiscard]] std::uint32_t highest_order() const;

 private:
  struct SuccessorList {
    std::uint32_t check = 0;
    std::uint32_t total = 0;
    std::uint32_t escapes = 0;
    Successors successors;
  };
  struct List {
    std::size_t index = 0;
    std::uint32_t escape_class = 0;
    Successors successors;  // a copy without the entries that bits ruled out
    std::size_t map = 0;
  };

  std::size_t find(std::uint64_t context);

  std::uint32_t table_log2_;
  std::vector<SuccessorList> table_;
  std::vector<std::uint32_t> maps_;
  std::vector<List> lists_;
};

class NetworkPrediction {
 public:
  // The model must have a network, and outlive this object.
  explicit NetworkPrediction(const Model& model) : model_(&model) {}
  void begin_token(const History& history, NetworkStream& stream);
  void predict(const Node& node, const Logistic& logistic, Inputs& inputs);

 private:
  const Model* model_;
  Activations output_;
  CumulativeFrequencies group_cumulative_;
  CumulativeFrequencies member_cumulative_;  // of the token's group; empty until the group is known
};

}  // namespace reference
