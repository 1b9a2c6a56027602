// czip-v2-coding.md, section 1: what a bit decides.
#pragma once

#include <cstdint>

#include "model.hpp"

namespace reference {

struct Node {
  std::uint32_t split = 0;  // 0: a leaf, the rank `low`
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::uint32_t depth = 0;
  std::uint64_t path = 1;

  [[nodiscard]] bool has(std::uint32_t rank) const { return low <= rank && rank < high; }
};

inline Node root_of(const Model& model) {
  return {model.root, 0, static_cast<std::uint32_t>(model.tokens.size()), 0, 1};
}

inline Node child_of(const Model& model, Node node, bool bit) {
  (bit ? node.low : node.high) = node.split;
  node.split = model.children[node.split][bit];
  ++node.depth;
  node.path = 2 * node.path + (bit ? 1 : 0);
  return node;
}

struct Decision {
  bool of_candidate = true;  // whether the token is the candidate; else which half of the node
  std::uint32_t candidate = 0;
  Node node;

  [[nodiscard]] bool bit_of(std::uint32_t rank) const {
    return of_candidate ? rank == candidate : rank >= node.split;
  }
  // Whether this token can still come.
  [[nodiscard]] bool possible(std::uint32_t rank) const {
    return of_candidate || (rank != candidate && node.has(rank));
  }
  [[nodiscard]] std::uint32_t decision_class() const {
    if (of_candidate) return 0;
    std::uint32_t number = 1;
    for (const std::uint32_t begin : kDepthClassBegin) number += node.depth >= begin ? 1 : 0;
    return number;
  }
};

}  // namespace reference
