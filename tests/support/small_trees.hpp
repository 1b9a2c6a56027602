// Code trees that are drawn in a comment, for tests of the parts of the predictor.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "czip/codec/v2/coding/code_tree.hpp"

namespace czip::test {

// Of tokens whose ranks are their numbers. `splits` is in preorder.
[[nodiscard]] inline v2::CodeTree tree_of(const std::vector<std::uint16_t>& splits) {
  std::vector<std::uint16_t> order(splits.size() + 1);
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  return v2::CodeTree::create(order, splits).value();
}

//            8
//      4           12
//   2     6     10    14
//  1 3   5 7   9  11 13 15
[[nodiscard]] inline v2::CodeTree tree_of_16() {
  return tree_of({8, 4, 2, 1, 3, 6, 5, 7, 12, 10, 9, 11, 14, 13, 15});
}

}  // namespace czip::test
