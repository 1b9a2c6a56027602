// What a bit of a token's coding decides: first, whether the token is the candidate; if it is not,
// one node of the code tree after another, without the candidate. A node one of whose sides has no
// other token than the candidate takes no bit.
#pragma once

#include <cstdint>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/node.hpp"
#include "czip/engine/v2/successor_kernels.hpp"

namespace czip::v2 {

struct Decision {
  bool is_candidate = false;           // whether the bit says that the token is the candidate
  std::uint32_t candidate = kNoToken;  // the rank that is asked for or ruled out; kNoToken: none
  Node node;                           // undefined while the candidate is asked for

  // The bit of the token of this rank.
  [[nodiscard]] bool bit(std::uint32_t rank) const {
    return is_candidate ? rank == candidate : rank >= node.split;
  }
  // Whether the token of this rank can still come.
  [[nodiscard]] bool can_be(std::uint32_t rank) const {
    return is_candidate || (rank != candidate && rank >= node.low && rank < node.high);
  }
  [[nodiscard]] std::uint32_t decision_class() const {
    return is_candidate ? kCandidateClass : 1 + depth_class(node.depth);
  }
  [[nodiscard]] SuccessorDecision of_lists() const {
    return {is_candidate, is_candidate ? candidate : node.split, decision_class()};
  }
  // Whether no other token than the candidate is on the side of the node that this bit takes.
  [[nodiscard]] bool rules_out(bool bit) const {
    return bit ? node.high - node.split == 1 && node.split == candidate
               : node.split - node.low == 1 && node.low == candidate;
  }
};

}  // namespace czip::v2
