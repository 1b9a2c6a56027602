#include "v2/recurrent/code_paths.hpp"

#include <cstddef>

namespace czip::v2::training {

CodePaths::CodePaths(const CodeTree& tree) {
  for (std::uint32_t rank = 0; rank < tree.size(); ++rank) {
    begins_.push_back(decisions_.size());
    for (std::uint32_t node = tree.root(); node != CodeTree::kLeaf;) {
      const bool bit = rank >= node;
      decisions_.push_back({static_cast<std::uint16_t>(node), bit});
      node = tree.child(node, bit);
    }
  }
  begins_.push_back(decisions_.size());
}

}  // namespace czip::v2::training
