// The binary decomposition of a token: a search tree over the tokens in code order. A token's place
// in that order is its rank, and a decision is whether the rank is at or past the node's split.
//
// An inner node is named by its split, 1..size-1: no two nodes have the same.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2 {

class CodeTree {
 public:
  // `order[r]` is the token of rank r; `splits` are the tree's splits in preorder (node, subtree of
  // the lower ranks, subtree of the higher). Error: corrupt, if `order` is no permutation, `splits`
  // is no such tree, or a node is kMaxTreeDepth deep.
  static Result<CodeTree> create(std::span<const std::uint16_t> order,
                                 std::span<const std::uint16_t> splits);

  // Stands for the split of a leaf: only one token is left.
  static constexpr std::uint32_t kLeaf = 0;

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rank_.size()); }
  [[nodiscard]] std::uint32_t root() const { return root_; }
  [[nodiscard]] std::uint32_t child(std::uint32_t split, bool bit) const {
    return children_[2 * split + (bit ? 1 : 0)];
  }
  [[nodiscard]] std::uint32_t rank(std::uint32_t token) const { return rank_[token]; }
  [[nodiscard]] std::uint32_t token(std::uint32_t rank) const { return token_[rank]; }
  // The tokens by rank.
  [[nodiscard]] std::span<const std::uint16_t> order() const { return token_; }

 private:
  std::uint32_t root_ = kLeaf;
  std::vector<std::uint16_t> children_;  // [size][2]
  std::vector<std::uint16_t> rank_;
  std::vector<std::uint16_t> token_;
};

// The splits, in preorder, of a tree whose nodes halve the weights of the tokens below them as
// evenly as their order allows. `weights[r]` is that of rank r; their sum is below 2^63.
std::vector<std::uint16_t> balanced_splits(std::span<const std::uint64_t> weights);

}  // namespace czip::v2
