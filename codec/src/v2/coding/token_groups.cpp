#include "czip/codec/v2/coding/token_groups.hpp"

#include <algorithm>

namespace czip::v2 {

TokenGroups::TokenGroups(const CodeTree& tree, std::uint32_t group_size)
    : group_size_(std::max(1U, group_size)) {
  std::vector<Node> open{root_node(tree)};
  while (!open.empty()) {
    const Node node = open.back();
    open.pop_back();
    if (holds(node)) {
      group_of_.resize(node.high, size());
      first_.push_back(node.low);
    } else {
      open.push_back(child_node(tree, node, true));
      open.push_back(child_node(tree, node, false));
    }
  }
  group_of_.push_back(size());
}

}  // namespace czip::v2
