// Where a token's coding stands in the code tree.
#pragma once

#include <cstdint>

#include "czip/codec/v2/coding/code_tree.hpp"

namespace czip::v2 {

struct Node {
  std::uint32_t split = 0;  // a 1 says that the rank is at or past it
  std::uint32_t low = 0;    // the ranks still possible: low <= rank < high
  std::uint32_t high = 0;
  std::uint32_t depth = 0;
  std::uint32_t path = 1;  // the decisions so far below a leading 1, while they fit 20 bits
};

// Where the coding of a token begins.
[[nodiscard]] inline Node root_node(const CodeTree& tree) {
  return {.split = tree.root(), .low = 0, .high = tree.size(), .depth = 0, .path = 1};
}

// Where it goes on after a decision.
[[nodiscard]] inline Node child_node(const CodeTree& tree, Node node, bool bit) {
  (bit ? node.low : node.high) = node.split;
  node.split = tree.child(node.split, bit);
  ++node.depth;
  if (node.path < 1u << 19) node.path = 2 * node.path + (bit ? 1 : 0);
  return node;
}

// Depths in four classes: 0, 1-2, 3-5, 6 and more.
inline constexpr std::uint32_t kDepthClasses = 4;
[[nodiscard]] constexpr std::uint32_t depth_class(std::uint32_t depth) {
  return depth == 0 ? 0 : depth < 3 ? 1 : depth < 6 ? 2 : 3;
}

}  // namespace czip::v2
