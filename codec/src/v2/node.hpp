// Where a token's coding stands in the code tree.
#pragma once

#include <array>
#include <cstdint>

namespace czip::v2 {

struct Node {
  std::uint32_t split = 0;  // a 1 says that the rank is at or past it
  std::uint32_t low = 0;    // the ranks still possible: low <= rank < high
  std::uint32_t high = 0;
  std::uint32_t depth = 0;
  std::uint32_t path = 1;  // the decisions so far below a leading 1, while they fit 20 bits
};

// Depths in four classes: 0, 1-2, 3-5, 6 and more.
inline constexpr std::uint32_t kDepthClasses = 4;
[[nodiscard]] constexpr std::uint32_t depth_class(std::uint32_t depth) {
  return depth == 0 ? 0 : depth < 3 ? 1 : depth < 6 ? 2 : 3;
}

}  // namespace czip::v2
