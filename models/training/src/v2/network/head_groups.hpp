// The groups of tokens of the network's two-level softmax, by token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace czip::v2::training {

struct HeadGroups {
  std::vector<std::uint32_t> group_of;              // [V]
  std::vector<std::uint32_t> place_of;              // [V], within the group
  std::vector<std::vector<std::uint32_t>> members;  // [Q], in their places

  // `tokens` by rank, and the first rank of each group.
  HeadGroups(std::span<const std::uint16_t> tokens, std::span<const std::uint32_t> first_ranks)
      : group_of(tokens.size()), place_of(tokens.size()), members(first_ranks.size()) {
    std::size_t group = 0;
    for (std::size_t rank = 0; rank < tokens.size(); ++rank) {
      if (group + 1 < first_ranks.size() && first_ranks[group + 1] == rank) ++group;
      group_of[tokens[rank]] = static_cast<std::uint32_t>(group);
      place_of[tokens[rank]] = static_cast<std::uint32_t>(members[group].size());
      members[group].push_back(tokens[rank]);
    }
  }
};

}  // namespace czip::v2::training
