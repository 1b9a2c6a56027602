// Chooses the candidate: the token that is asked for before the code tree, because it is likely.
// The most recent successors of each list, what the match models expect and the likeliest token of
// the prior vote with their odds; the token with most votes wins.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/match_inputs.hpp"
#include "czip/codec/v2/coding/prior_inputs.hpp"
#include "czip/codec/v2/coding/successor_inputs.hpp"

namespace czip::v2 {

class CandidateFinder {
 public:
  void reset(std::size_t vocabulary) { votes_.assign(vocabulary, 0); }

  // The candidate's rank. Where several have most votes, the one that had them first.
  [[nodiscard]] std::uint32_t find(const SuccessorInputs& successors, const MatchInputs& matches,
                                   const PriorInputs& prior);
  // How many votes the candidate got: of lists, match models and the prior.
  [[nodiscard]] std::uint32_t lists() const { return lists_; }

 private:
  void vote(std::uint32_t rank, std::uint32_t votes);

  std::vector<std::uint32_t> votes_;  // by rank; all 0 between searches
  std::array<std::uint16_t, kVotingSuccessors * kListLanes + kMatchInputs + 1> voted_{};
  std::size_t voters_ = 0;
  std::uint32_t best_ = 0;
  std::uint32_t best_votes_ = 0;
  std::uint32_t lists_ = 0;
};

}  // namespace czip::v2
