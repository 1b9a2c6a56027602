#include "czip/codec/v2/coding/code_tree.hpp"

#include <algorithm>
#include <limits>

namespace czip::v2 {
namespace {

struct Range {
  std::uint32_t low;
  std::uint32_t high;
  std::uint32_t depth;
  std::size_t parent_link;  // index into children, or kNoLink at the root
};
constexpr std::size_t kNoLink = std::numeric_limits<std::size_t>::max();

// Ranks and tokens have 16 bits.
constexpr std::size_t kMaxTokens = std::size_t{1} << 16;

}  // namespace

Result<CodeTree> CodeTree::create(std::span<const std::uint16_t> order,
                                  std::span<const std::uint16_t> splits) {
  const std::size_t size = order.size();
  if (size < 2 || size > kMaxTokens || splits.size() != size - 1) {
    return fail(ErrorCode::corrupt, "the model's code tree has " + std::to_string(splits.size()) +
                                        " splits for " + std::to_string(size) + " tokens");
  }
  CodeTree tree;
  tree.token_.assign(order.begin(), order.end());
  tree.rank_.assign(size, 0);
  std::vector<bool> seen(size, false);
  for (std::size_t r = 0; r < size; ++r) {
    const std::uint16_t token = order[r];
    if (token >= size || seen[token]) {
      return fail(ErrorCode::corrupt,
                  "the model's code order is not a permutation at rank " + std::to_string(r));
    }
    seen[token] = true;
    tree.rank_[token] = static_cast<std::uint16_t>(r);
  }
  tree.children_.assign(2 * size, static_cast<std::uint16_t>(kLeaf));
  tree.root_ = splits[0];
  std::vector<Range> open{{0, static_cast<std::uint32_t>(size), 0, kNoLink}};
  for (const std::uint16_t split : splits) {
    while (!open.empty() && open.back().high - open.back().low == 1) open.pop_back();
    if (open.empty() || split <= open.back().low || split >= open.back().high ||
        open.back().depth >= kMaxTreeDepth) {
      return fail(ErrorCode::corrupt,
                  "the model's code tree is no tree at split " + std::to_string(split));
    }
    const Range range = open.back();
    open.pop_back();
    if (range.parent_link != kNoLink) tree.children_[range.parent_link] = split;
    open.push_back({split, range.high, range.depth + 1, 2 * std::size_t{split} + 1});
    open.push_back({range.low, split, range.depth + 1, 2 * std::size_t{split}});
  }
  return tree;
}

std::vector<std::uint16_t> balanced_splits(std::span<const std::uint64_t> weights) {
  std::vector<std::uint64_t> cumulative(weights.size() + 1, 0);
  for (std::size_t r = 0; r < weights.size(); ++r) cumulative[r + 1] = cumulative[r] + weights[r];
  std::vector<std::uint16_t> splits;
  std::vector<std::pair<std::size_t, std::size_t>> open{{0, weights.size()}};
  while (!open.empty()) {
    const auto [low, high] = open.back();
    open.pop_back();
    if (high - low < 2) continue;
    const std::uint64_t half = cumulative[low] + (cumulative[high] - cumulative[low]) / 2;
    const auto first = cumulative.begin() + static_cast<std::ptrdiff_t>(low) + 1;
    const auto last = cumulative.begin() + static_cast<std::ptrdiff_t>(high) - 1;
    auto at = std::lower_bound(first, last, half);
    if (at != first && *at > half && half - *(at - 1) < *at - half) --at;
    const auto split = static_cast<std::size_t>(at - cumulative.begin());
    splits.push_back(static_cast<std::uint16_t>(split));
    open.emplace_back(split, high);
    open.emplace_back(low, split);
  }
  return splits;
}

}  // namespace czip::v2
