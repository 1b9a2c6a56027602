// Inputs from decision counters: for a few low-order contexts, an adaptive probability for every
// node of the code tree that was visited there.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/adaptive_probability.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/node.hpp"
#include "czip/codec/v2/coding/zeroed_array.hpp"

namespace czip::v2 {

// Order 0, orders 1 and 2, and the word so far.
inline constexpr std::size_t kCounterInputs = 4;

class CounterInputs {
 public:
  // table_log2: lines of each hashed context.
  CounterInputs(const CodeTree& tree, std::uint32_t table_log2);

  void begin_token(const Contexts& contexts, const Node& root);
  void predict(const Logistic& logistic, std::span<std::int32_t> inputs) const;
  // Learns the bit, then finds the counters of `next`, the node after it; null where there is none.
  void update(bool bit, const Node* next);

 private:
  // The nodes of three levels, by the path from the first of them; at index 0 the line's check. One
  // cache line holds two.
  using Line = std::array<std::uint32_t, 8>;

  void find(const Node& node);
  [[nodiscard]] std::size_t line_index(std::size_t input, std::uint64_t hash) const {
    return ((input - 1) << table_log2_) + static_cast<std::size_t>(hash >> (64 - table_log2_));
  }
  // The lines of both children of a node, one of which comes next.
  void prefetch_children(std::uint32_t split) const;

  const CodeTree* tree_;
  std::uint32_t table_log2_;
  std::vector<AdaptiveProbability> order0_;  // [split]
  ZeroedArray<Line> lines_;                  // [kCounterInputs - 1][1 << table_log2]
  std::array<std::uint64_t, kCounterInputs> context_{};
  std::array<Line*, kCounterInputs> line_{};
  std::uint32_t split_ = 0;
  std::uint32_t counter_ = 1;
};

}  // namespace czip::v2
