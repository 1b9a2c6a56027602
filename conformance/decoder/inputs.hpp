// czip-v2-coding.md, section 8: the inputs of the mixers, and their guesses.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "decision.hpp"
#include "functions.hpp"
#include "history.hpp"
#include "mixer.hpp"
#include "model.hpp"

namespace reference {

// Each kind of input adds its own at the end.

// A token that may come, and its probability, Q22.
struct Guess {
  std::uint32_t rank;
  std::uint32_t probability;
};

// What is left of a successor list: its entries, the latest first.
class Successors {
 public:
  struct Entry {
    std::uint16_t rank;
    std::uint16_t count;
  };

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const Entry& operator[](std::size_t i) const { return entries_[i]; }
  [[nodiscard]] const Entry* begin() const { return entries_.data(); }
  [[nodiscard]] const Entry* end() const { return entries_.data() + size_; }
  // Drops the entries that the bit rules out.
  void keep(const Decision& decision, bool bit);
  // Moves the token to the front. False if it was not among the entries: an escape.
  bool learn_token(std::uint32_t rank);

 private:
  std::array<Entry, 4> entries_{};
  std::size_t size_ = 0;
};

class SuccessorInputs {
 public:
  SuccessorInputs(std::size_t count, const std::vector<std::uint32_t>& maps,
                  std::uint32_t table_log2);
  void begin_token(const Contexts& contexts);
  void predict(const Decision& decision, const Logistic& logistic, Inputs& inputs);
  // Without `learns`, only goes on to what the bit leaves.
  void learn_bit(const Decision& decision, bool bit, bool learns);
  void end_token(std::uint32_t rank);

  // Before the token's first bit: entry j of each list that has one.
  [[nodiscard]] std::vector<Guess> guesses(std::size_t j) const;
  [[nodiscard]] std::uint32_t active() const;
  [[nodiscard]] std::uint32_t highest_order() const;

 private:
  struct SuccessorList {
    std::uint32_t check = 0;
    std::uint32_t total = 0;
    std::uint32_t escapes = 0;
    Successors successors;
  };
  // What one context has found.
  struct List {
    std::size_t index = 0;  // in the table
    std::uint32_t escape_class = 0;
    Successors successors;  // a copy without the entries that bits ruled out
    std::size_t map = 0;
  };

  std::size_t find(std::uint64_t context);
  // The map of list i where entries with these counts make a 0 and a 1.
  [[nodiscard]] std::size_t map_of(std::size_t i, std::uint32_t decision_class, std::uint32_t zero,
                                   std::uint32_t one, bool first_makes_one) const;

  std::uint32_t table_log2_;
  std::vector<SuccessorList> table_;
  std::vector<std::uint32_t> maps_;
  std::vector<List> lists_;
};

class PriorInputs {
 public:
  PriorInputs(const Model& model, std::size_t orders);
  void begin_token(const Contexts& contexts);
  void predict(const Decision& decision, const Logistic& logistic, Inputs& inputs);
  void learn_bit(const Decision& decision, bool bit);

  [[nodiscard]] Guess guess() const;
  [[nodiscard]] std::uint32_t highest_order() const {
    return lists_.empty() ? 0 : lists_.back().order;
  }

 private:
  struct Entry {
    std::uint32_t rank;
    std::uint32_t level;
    std::uint32_t probability;  // Q16
  };
  struct List {
    std::uint32_t order = 0;
    std::vector<Entry> entries;
    std::uint32_t escape = 0;
    // The entries that the bits so far have left: their indices, and their probability.
    std::size_t begin = 0, end = 0;
    std::uint32_t probability = 0;
    // Those of them that make a 0 at the present node.
    std::size_t zero_end = 0;
    std::uint32_t zero_probability = 0;
  };
  struct Sides {
    std::uint64_t zero, one;
  };

  static std::vector<Entry> find(const PriorOrder& order, std::uint64_t context);
  [[nodiscard]] Sides order0(const Decision& decision) const;
  // Probabilities of both sides, Q16.
  [[nodiscard]] static Sides listed(const Decision& decision, List& list);

  const Model* model_;
  std::size_t orders_;
  std::uint32_t likeliest_;  // of order 0
  std::vector<List> lists_;  // of the orders that have the context, ascending
};

// Where each match model's match continues in the stream's ranks; 0: no match.
using MatchPositions = std::array<std::size_t, 2>;

class MatchInputs {
 public:
  MatchInputs(const std::vector<std::uint32_t>& maps, std::uint32_t table_log2);
  void begin_token(const History& history, std::size_t stream, MatchPositions& positions);
  void predict(const Decision& decision, const Logistic& logistic, Inputs& inputs);
  void learn_bit(bool bit);

  [[nodiscard]] std::optional<Guess> guess(std::size_t m) const;
  [[nodiscard]] std::uint32_t length_class(std::size_t m) const;
  // 0 if the match is not used, else 1 + the bit that it expects.
  [[nodiscard]] std::uint32_t stand(std::size_t m) const {
    return match_[m].used ? match_[m].bit ? 2 : 1 : 0;
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

  static std::size_t map_of(std::size_t m, std::size_t length, std::size_t decision_class);

  std::uint32_t table_log2_;
  std::array<std::vector<Entry>, 2> table_;
  std::vector<std::uint32_t> maps_;
  std::array<Match, 2> match_;
};

class CounterInputs {
 public:
  // Without `hashed`, counter 0 alone.
  CounterInputs(std::size_t vocabulary, std::uint32_t lines_log2, bool hashed);
  void begin_token(const Contexts& contexts);
  // Every node on the way is visited, whether a bit is coded there or not.
  // Without `learns`, a line that is not there stands for a new one, and does not come there.
  void visit(const Node& node, bool learns);
  void leave(bool bit) { counter_ = 2 * counter_ + (bit ? 1 : 0); }
  void predict(const Decision& decision, const Logistic& logistic, Inputs& inputs) const;
  void learn_bit(const Decision& decision, bool bit);

 private:
  using Line = std::array<std::uint32_t, 8>;  // 0: the check

  std::uint32_t lines_log2_;
  std::vector<std::uint32_t> of_node_, of_candidate_;
  std::vector<std::vector<Line>> lines_;  // [context]
  std::array<std::uint64_t, 3> context_{};
  std::array<Line*, 3> line_{};
  Line new_line_;
  std::size_t counter_ = 1;  // in the line: 1 to 7
};

class NetworkInput {
 public:
  // The model must have a network, and outlive this object.
  explicit NetworkInput(const Model& model) : model_(&model) {}
  void begin_token(const History& history, NetworkStream& stream);
  void set_candidate(std::uint32_t candidate);
  void predict(const Decision& decision, const Logistic& logistic, Inputs& inputs);

  // Of the token's step of the network.
  [[nodiscard]] const Activations& output() const { return output_; }

 private:
  const CumulativeFrequencies& members_of(std::size_t group);

  const Model* model_;
  Activations output_;
  CumulativeFrequencies groups_;
  CumulativeFrequencies members_;  // of group_; empty before they are asked for
  std::size_t group_ = 0;
  std::uint64_t candidate_frequency_ = 0;  // in the units of groups_
};

class RecurrentInput {
 public:
  // The model must have a recurrent network, and outlive this object.
  RecurrentInput(const Model& model, const Logistic& logistic);
  void begin_token(const History& history, RecurrentStream& stream);
  void set_candidate(std::uint32_t candidate);
  void predict(const Decision& decision, Inputs& inputs) const;

 private:
  // The probability, Q22, of a 1 at a node.
  [[nodiscard]] std::uint32_t probability(std::uint32_t split) const;

  const Model* model_;
  const Logistic* logistic_;
  const RecurrentStream* stream_ = nullptr;
  std::uint32_t start_rank_;                    // of token 0
  std::vector<std::uint64_t> candidate_below_;  // [depth]
};

}  // namespace reference
