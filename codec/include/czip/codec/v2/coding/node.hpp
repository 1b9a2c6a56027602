// An inner node of the code tree, with the way to it: the state of a token's coding.
#pragma once

#include <cstdint>

#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2 {

struct Node {
  std::uint32_t split = 0;  // the bit is 1 if the rank is at or past this
  std::uint32_t low = 0;    // the ranks still possible: low <= rank < high
  std::uint32_t high = 0;
  std::uint32_t depth = 0;
  // The bits so far, below a leading 1; at least kMixerPaths, otherwise undefined, from 8 bits on.
  std::uint32_t path = 1;
};

// Where the coding of a token begins.
[[nodiscard]] inline Node root_node(const CodeTree& tree) {
  return {.split = tree.root(), .low = 0, .high = tree.size(), .depth = 0, .path = 1};
}

// The node after a decision; a leaf has the split CodeTree::kLeaf.
[[nodiscard]] inline Node child_node(const CodeTree& tree, Node node, bool bit) {
  (bit ? node.low : node.high) = node.split;
  node.split = tree.child(node.split, bit);
  ++node.depth;
  if (node.path < kMixerPaths) node.path = 2 * node.path + (bit ? 1 : 0);
  return node;
}

// 0..kDepthClasses - 1.
[[nodiscard]] constexpr std::uint32_t depth_class(std::uint32_t depth) {
  if (depth < kDepthClassBegin[0]) return 0;
  return depth < kDepthClassBegin[1] ? 1 : depth < kDepthClassBegin[2] ? 2 : 3;
}

}  // namespace czip::v2
