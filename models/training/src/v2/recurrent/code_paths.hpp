// The decisions that code each token: the way from the tree's root to its leaf.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/code_tree.hpp"

namespace czip::v2::training {

struct Decision {
  std::uint16_t node;
  bool bit;
};

class CodePaths {
 public:
  explicit CodePaths(const CodeTree& tree);

  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(begins_.size() - 1);
  }
  [[nodiscard]] std::span<const Decision> of(std::uint32_t rank) const {
    return std::span(decisions_).subspan(begins_[rank], begins_[rank + 1] - begins_[rank]);
  }

 private:
  std::vector<Decision> decisions_;
  std::vector<std::size_t> begins_;  // of each rank's, and the end
};

}  // namespace czip::v2::training
