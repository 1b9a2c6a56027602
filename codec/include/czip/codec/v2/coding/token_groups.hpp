// The groups of tokens of a network's two-level softmax (Goodman 2001): the largest subtrees of the
// code tree that have no more leaves than the network's group size. So each decision of the tree is
// either between groups or inside one group.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/node.hpp"

namespace czip::v2 {

class TokenGroups {
 public:
  // A group size of 0 counts as 1.
  TokenGroups(const CodeTree& tree, std::uint32_t group_size);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(first_.size()); }
  // The first rank of each group, ascending.
  [[nodiscard]] std::span<const std::uint32_t> first_ranks() const { return first_; }
  // The group of a rank; size() for the rank past the last one.
  [[nodiscard]] std::uint32_t group_of(std::uint32_t rank) const { return group_of_[rank]; }
  // Whether all ranks of the node are in one group.
  [[nodiscard]] bool holds(const Node& node) const { return node.high - node.low <= group_size_; }

 private:
  std::uint32_t group_size_;
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> group_of_;  // [V + 1]
};

}  // namespace czip::v2
