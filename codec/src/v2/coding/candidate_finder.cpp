#include "czip/codec/v2/coding/candidate_finder.hpp"

#include <bit>

namespace czip::v2 {
namespace {

// The odds of a probability in Q22, at most 2^kMaxOddsLog2, in units of 2^-kOddsBits.
std::uint32_t odds(std::uint32_t p) {
  constexpr std::uint32_t kLeastRest = kProbabilityOne >> kMaxOddsLog2;
  const std::uint32_t rest = std::max(kProbabilityOne - p, kLeastRest);
  return (p << kOddsBits) / rest;
}
static_assert(kProbabilityBits + kOddsBits <= 32);

}  // namespace

void CandidateFinder::vote(std::uint32_t rank, std::uint32_t votes) {
  voted_[voters_++] = static_cast<std::uint16_t>(rank);
  votes_[rank] += votes;
  if (votes_[rank] > best_votes_) {
    best_votes_ = votes_[rank];
    best_ = rank;
  }
}

std::uint32_t CandidateFinder::find(const SuccessorInputs& successors, const MatchInputs& matches,
                                    const PriorInputs& prior) {
  voters_ = 0;
  best_votes_ = 0;
  const PriorInputs::Likeliest likeliest = prior.likeliest();
  best_ = likeliest.rank;
  vote(likeliest.rank,
       odds(likeliest.probability << (kProbabilityBits - kListProbabilityBits)) + 1);
  for (std::size_t m = 0; m < kMatchInputs; ++m) {
    const MatchInputs::Expected expected = matches.expected(m);
    if (expected.rank != kNoToken) vote(expected.rank, odds(expected.probability));
  }
  const SuccessorLanes& lanes = successors.lanes();
  for (std::size_t which = 0; which < kVotingSuccessors; ++which) {
    alignas(64) std::array<std::uint32_t, kListLanes> probability;
    successors.score(which, probability);
    for (std::uint32_t left = lanes.active; left != 0; left &= left - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(left));
      if (lanes.count[which][i] != 0) vote(lanes.rank[which][i], odds(probability[i]));
    }
  }
  lists_ = 0;
  for (std::size_t v = 0; v < voters_; ++v) {
    votes_[voted_[v]] = 0;
    if (voted_[v] == best_) ++lists_;
  }
  return best_;
}

}  // namespace czip::v2
