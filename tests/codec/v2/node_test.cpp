#include "czip/codec/v2/coding/node.hpp"

#include <doctest/doctest.h>

#include "support/small_trees.hpp"

namespace czip::v2 {

TEST_CASE("a walk down the tree keeps the ranks, the depth and the path") {
  const CodeTree tree = test::tree_of_16();
  Node node = root_node(tree);
  CHECK(node.split == 8);
  CHECK(node.low == 0);
  CHECK(node.high == 16);
  CHECK(node.depth == 0);
  CHECK(node.path == 1);
  node = child_node(tree, node, true);  // 8..15
  CHECK(node.split == 12);
  CHECK(node.low == 8);
  CHECK(node.path == 0b11);
  node = child_node(tree, node, false);  // 8..11
  CHECK(node.split == 10);
  CHECK(node.high == 12);
  CHECK(node.path == 0b110);
  node = child_node(tree, node, true);  // 10, 11
  CHECK(node.split == 11);
  CHECK(node.depth == 3);
  node = child_node(tree, node, true);  // 11
  CHECK(node.split == CodeTree::kLeaf);
  CHECK(node.low == 11);
  CHECK(node.high == 12);
  CHECK(node.depth == 4);
  CHECK(node.path == 0b11011);
}

TEST_CASE("a path that is too long for its bits stays at 256 or more") {
  std::vector<std::uint16_t> chain;
  for (std::uint16_t split = 1; split <= 60; ++split) chain.push_back(split);
  const CodeTree tree = test::tree_of(chain);
  Node node = root_node(tree);
  for (std::uint32_t depth = 0; depth < 60; ++depth) {
    CHECK(node.depth == depth);
    CHECK((node.path >= 256) == (depth >= 8));
    node = child_node(tree, node, true);
  }
}

TEST_CASE("depths are in four classes: 0, 1-2, 3-5, 6 and more") {
  const std::vector<std::uint32_t> classes{0, 1, 1, 2, 2, 2, 3, 3};
  for (std::uint32_t depth = 0; depth < classes.size(); ++depth) {
    CHECK(depth_class(depth) == classes[depth]);
  }
  CHECK(depth_class(63) == 3);
}

}  // namespace czip::v2
