// Inputs from decision counters: for each of a few low-order contexts, an adaptive probability for
// every node of the code tree that was visited in it (direct contexts in PAQ's terms).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/hash.hpp"
#include "czip/codec/v2/coding/node.hpp"
#include "czip/codec/v2/coding/undo_log.hpp"
#include "czip/codec/v2/coding/zeroed_array.hpp"
#include "czip/engine/v2/adaptive_probability.hpp"
#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {

class CounterInputs {
  // The counters of the nodes of three levels (AdaptiveProbability::raw), numbered from 1 by the
  // path from the first of them; at index 0 the line's check. Two lines to a cache line.
  using Line = std::array<std::uint32_t, kCountersPerLine>;

 public:
  // The counters of a node.
  struct Place {
    std::array<Line*, kCounterInputs> line{};
    std::uint32_t split = 0;
    std::uint32_t counter = 1;  // the node's number in its line
  };

  CounterInputs() = default;

  // Begins with unused counters; each hashed context has 2^table_log2 lines, none where `hashed` is
  // false. `tree` must outlive the use of the inputs.
  void reset(const CodeTree& tree, std::uint32_t table_log2, bool hashed);

  // Whether the token is the candidate is counted for each candidate. predict_candidate() gives one
  // input; inputs [kCounterInputs], stretched, of which the others are 0.
  void predict_candidate(std::uint32_t candidate, const Logistic& logistic,
                         std::span<std::int32_t> inputs) const;
  void update_candidate(std::uint32_t candidate, bool bit);

  // The lines of a token's first node.
  void prefetch(const Contexts& contexts, std::uint32_t root) const;
  // Finds the counters of the tree's root, then those of the node behind a bit; null: the token is
  // decided. Without `learns` nothing is put into the tables.
  void begin_tree(const Contexts& contexts, const Node& root, bool learns);
  void go_on(bool bit, const Node* next, bool learns);
  // inputs [kCounterInputs], stretched.
  void predict(const Logistic& logistic, std::span<std::int32_t> inputs) const;
  void learn(bool bit);
  // Saves what finding a node's counters, and learning there, change in the hashed tables.
  void save_lines(const Contexts& contexts, const Node& node, UndoLog& log);
  void save_table(UndoLog& log) { log.save(lines_.data(), lines_.size()); }
  [[nodiscard]] std::span<AdaptiveProbability> order0_to_restore() { return order0_; }
  [[nodiscard]] const Place& place() const { return place_; }
  // Goes back to a place of this token.
  void go_to(const Place& place) { place_ = place; }

 private:
  using HashedContexts = std::array<std::uint64_t, kCounterInputs>;  // the first is not used
  [[nodiscard]] static HashedContexts hashed_contexts(const Contexts& contexts) {
    return {0, contexts.order[1], contexts.order[2], contexts.word};
  }
  void find(const Node& node, bool learns);
  [[nodiscard]] static constexpr Line unused_line() {
    Line line{};
    line.fill(AdaptiveProbability().raw());
    return line;
  }
  [[nodiscard]] std::size_t line_index(std::size_t input, std::uint64_t hash) const {
    return ((input - 1) << table_log2_) + static_cast<std::size_t>(place_of(hash, table_log2_));
  }
  // The lines of both children of a node, one of which comes next.
  void prefetch_children(std::uint32_t split) const;

  const CodeTree* tree_ = nullptr;
  std::uint32_t table_log2_ = 0;
  bool hashed_ = true;
  std::vector<AdaptiveProbability> order0_;  // [split], then [candidate]
  ZeroedArray<Line> lines_;                  // [kCounterInputs - 1][1 << table_log2]
  HashedContexts context_{};
  Place place_;
  Line unused_ = unused_line();  // stands for a line that a node does not have
};

}  // namespace czip::v2
