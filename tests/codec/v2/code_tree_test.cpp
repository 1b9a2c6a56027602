#include "czip/codec/v2/coding/code_tree.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "czip/codec/v2/coding/token_groups.hpp"

namespace czip::v2 {
namespace {

std::vector<std::uint16_t> identity(std::size_t size) {
  std::vector<std::uint16_t> order(size);
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  return order;
}

// The number of decisions to reach a rank. Checks that each narrows the range that holds the rank.
std::uint32_t depth_of(const CodeTree& tree, std::uint32_t rank) {
  std::uint32_t low = 0, high = tree.size(), depth = 0;
  for (std::uint32_t split = tree.root(); split != CodeTree::kLeaf; ++depth) {
    REQUIRE(low < split);
    REQUIRE(split < high);
    const bool bit = rank >= split;
    (bit ? low : high) = split;
    split = tree.child(split, bit);
  }
  CHECK(high - low == 1);
  CHECK(low == rank);
  return depth;
}

}  // namespace

TEST_CASE("every token is reached by its own decisions") {
  std::mt19937 random(1);
  for (const std::size_t size : std::initializer_list<std::size_t>{2, 3, 7, 256, 1000, 65536}) {
    std::vector<std::uint64_t> weights(size);
    for (auto& w : weights) w = 1 + random() % 1000;
    const auto tree = CodeTree::create(identity(size), balanced_splits(weights));
    REQUIRE(tree.has_value());
    for (std::uint32_t r = 0; r < size; r += 1 + static_cast<std::uint32_t>(size) / 500) {
      depth_of(*tree, r);
    }
  }
}

TEST_CASE("likely tokens take fewer decisions") {
  std::vector<std::uint64_t> weights(256, 1);
  weights[100] = 1000;
  const auto tree = CodeTree::create(identity(256), balanced_splits(weights));
  REQUIRE(tree.has_value());
  CHECK(depth_of(*tree, 100) <= 2);
  CHECK(depth_of(*tree, 3) >= 7);
}

TEST_CASE("what is no permutation or no tree is refused") {
  const auto splits = balanced_splits(std::vector<std::uint64_t>(8, 1));
  REQUIRE(CodeTree::create(identity(8), splits).has_value());
  auto order = identity(8);
  order[3] = 4;
  CHECK(CodeTree::create(order, splits).error().code == ErrorCode::corrupt);
  order[3] = 9;
  CHECK(CodeTree::create(order, splits).error().code == ErrorCode::corrupt);
  CHECK_FALSE(CodeTree::create(identity(7), splits).has_value());
  CHECK_FALSE(CodeTree::create(identity(1), {}).has_value());
  for (std::size_t i = 0; i < splits.size(); ++i) {
    for (std::uint16_t wrong = 0; wrong < 10; ++wrong) {
      auto changed = splits;
      if (wrong == changed[i]) continue;
      changed[i] = wrong;
      // A single changed split can give another tree only if all splits stay distinct.
      CHECK_FALSE(CodeTree::create(identity(8), changed).has_value());
    }
  }
}

TEST_CASE("a tree deeper than the limit is refused") {
  std::vector<std::uint16_t> chain;
  for (std::uint16_t split = 1; split < 200; ++split) chain.push_back(split);
  CHECK_FALSE(CodeTree::create(identity(200), chain).has_value());
  chain.resize(kMaxTreeDepth);
  CHECK(CodeTree::create(identity(kMaxTreeDepth + 1), chain).has_value());
}

TEST_CASE(
    "every decision is one between groups or one inside a group, and groups are the largest") {
  std::mt19937 random(2);
  std::vector<std::uint64_t> weights(1000);
  for (auto& w : weights) w = 1 + random() % 1000 * (random() % 50 == 0 ? 500 : 1);
  const auto tree = CodeTree::create(identity(weights.size()), balanced_splits(weights));
  REQUIRE(tree.has_value());
  for (const std::uint32_t size : {0u, 1u, 2u, 16u, 64u, 999u, 1000u}) {
    CAPTURE(size);
    const TokenGroups groups(*tree, size);
    const std::uint32_t most = std::max(1u, size);
    const auto first = groups.first_ranks();
    REQUIRE(std::is_sorted(first.begin(), first.end()));
    for (std::uint32_t rank = 0; rank < tree->size(); ++rank) {
      const std::uint32_t group = groups.group_of(rank);
      const std::uint32_t end = group + 1 < groups.size() ? first[group + 1] : tree->size();
      const bool in_group = first[group] <= rank && rank < end && end - first[group] <= most;
      REQUIRE(in_group);
      Node node = root_node(*tree);
      while (!groups.holds(node)) {
        for (const std::uint32_t edge : {node.low, node.split})
          REQUIRE(first[groups.group_of(edge)] == edge);
        REQUIRE(node.high - node.low > most);
        node = child_node(*tree, node, rank >= node.split);
      }
      const bool whole = node.low == first[group] && node.high == end;
      REQUIRE(whole);
    }
    CHECK(groups.group_of(tree->size()) == groups.size());
  }
}

}  // namespace czip::v2
