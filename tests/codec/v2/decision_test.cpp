#include "czip/codec/v2/coding/decision.hpp"

#include <doctest/doctest.h>

#include "support/logistic.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {

using test::about;
using test::at;

TEST_CASE("the first decision is whether the token is the candidate, which any token can be") {
  const Decision decision = about(5);
  CHECK(decision.bit(5));
  CHECK_FALSE(decision.bit(4));
  CHECK_FALSE(decision.bit(6));
  CHECK(decision.can_be(5));
  CHECK(decision.can_be(0));
  CHECK(decision.decision_class() == 0);
  CHECK(decision.of_lists().is_candidate);
  CHECK(decision.of_lists().rank == 5);
  CHECK(decision.of_lists().decision_class == 0);
}

TEST_CASE("the others are whether the rank is at or past the split, without the candidate") {
  const CodeTree tree = test::tree_of_16();
  Node node = child_node(tree, root_node(tree), false);  // 0..7, split 4
  const Decision decision = at(node, 5);
  CHECK(decision.bit(4));
  CHECK_FALSE(decision.bit(3));
  CHECK(decision.can_be(0));
  CHECK(decision.can_be(7));
  CHECK_FALSE(decision.can_be(5));  // it is ruled out
  CHECK_FALSE(decision.can_be(8));  // not below this node
  CHECK_FALSE(decision.of_lists().is_candidate);
  CHECK(decision.of_lists().rank == 4);
}

TEST_CASE("the class of a node's decision is one more than that of its depth") {
  for (const std::uint32_t depth : {0U, 1U, 2U, 3U, 5U, 6U, 63U}) {
    const Decision decision = at({.split = 1, .low = 0, .high = 2, .depth = depth, .path = 1});
    CHECK(decision.decision_class() == 1 + depth_class(depth));
    CHECK(decision.of_lists().decision_class == 1 + depth_class(depth));
    CHECK(decision.decision_class() < kDecisionClasses);
  }
}

TEST_CASE("a bit is ruled out where its side has no other token than the candidate") {
  const auto node = [](std::uint32_t low, std::uint32_t split, std::uint32_t high) {
    return Node{.split = split, .low = low, .high = high, .depth = 1, .path = 2};
  };
  // Two tokens: one of both bits is ruled out, whichever the candidate is.
  CHECK(at(node(0, 1, 2), 0).rules_out(false));
  CHECK_FALSE(at(node(0, 1, 2), 0).rules_out(true));
  CHECK(at(node(0, 1, 2), 1).rules_out(true));
  CHECK_FALSE(at(node(0, 1, 2), 1).rules_out(false));
  // Three: only a token that is alone.
  CHECK(at(node(0, 1, 3), 0).rules_out(false));
  for (const bool bit : {false, true}) {
    CHECK_FALSE(at(node(0, 1, 3), 1).rules_out(bit));
    CHECK_FALSE(at(node(0, 1, 3), 2).rules_out(bit));
    CHECK_FALSE(at(node(0, 2, 3), 0).rules_out(bit));
    CHECK_FALSE(at(node(0, 2, 3), 1).rules_out(bit));
  }
  CHECK(at(node(0, 2, 3), 2).rules_out(true));
  // A candidate elsewhere, or none.
  for (const bool bit : {false, true}) {
    CHECK_FALSE(at(node(4, 5, 6), 3).rules_out(bit));
    CHECK_FALSE(at(node(4, 5, 6), 6).rules_out(bit));
    CHECK_FALSE(at(node(4, 5, 6)).rules_out(bit));
  }
}

}  // namespace czip::v2
