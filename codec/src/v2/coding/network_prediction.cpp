#include "czip/codec/v2/coding/network_prediction.hpp"

namespace czip::v2 {
namespace {

// Of a member's share of its group. Frequencies are below 2^32, so that the product with a share
// is below 2^63.
constexpr int kShareBits = 31;

// The probability of a 1, 0..kMaxProbability, from the frequencies of both sides, together below
// 2^33.
std::uint32_t probability_of_one(std::uint64_t zero, std::uint64_t one) {
  return static_cast<std::uint32_t>((one + 1) * kMaxProbability / (zero + one + 2));
}

}  // namespace

NetworkPrediction::NetworkPrediction(const Logistic& logistic, NetworkStreams* network,
                                     std::uint32_t stream)
    : logistic_(&logistic), network_(network), stream_(stream) {
  if (network_ != nullptr) groups_ = network_->group_cumulative(stream_);
}

std::span<const std::uint32_t> NetworkPrediction::members(std::uint32_t group) {
  if (members_.empty() || group_ != group) {
    members_ = network_->member_cumulative(stream_, group);
    group_ = group;
    first_ = network_->groups().first_ranks()[group];
  }
  return members_;
}

std::uint64_t NetworkPrediction::frequency_of(std::uint32_t candidate) {
  if (candidate_ == candidate) return candidate_frequency_;
  const std::uint32_t group = network_->groups().group_of(candidate);
  const auto cumulative = members(group);
  const std::uint32_t member = candidate - first_;
  const std::uint64_t share =
      (std::uint64_t{cumulative[member + 1] - cumulative[member]} << kShareBits) /
      cumulative.back();
  candidate_ = candidate;
  candidate_frequency_ = (groups_[group + 1] - groups_[group]) * share >> kShareBits;
  return candidate_frequency_;
}

std::int32_t NetworkPrediction::input(const Decision& decision) {
  if (network_ == nullptr) return 0;
  Frequencies sides{};
  if (decision.is_candidate) {
    sides.one = frequency_of(decision.candidate);
    sides.zero = groups_.back() - sides.one;
  } else {
    sides = at_node(decision.node, decision.candidate);
  }
  return logistic_->stretch(probability_of_one(sides.zero, sides.one));
}

NetworkPrediction::Frequencies NetworkPrediction::at_node(const Node& node,
                                                          std::uint32_t candidate) {
  const TokenGroups& groups = network_->groups();
  std::span<const std::uint32_t> cumulative = groups_;
  std::uint32_t low = groups.group_of(node.low);
  std::uint32_t split = groups.group_of(node.split);
  std::uint32_t high = groups.group_of(node.high);
  const bool in_zero = candidate >= node.low && candidate < node.split;
  const bool in_one = candidate >= node.split && candidate < node.high;
  std::uint64_t of_candidate = 0;
  if (groups.holds(node)) {
    cumulative = members(low);
    low = node.low - first_;
    split = node.split - first_;
    high = node.high - first_;
    if (in_zero || in_one)
      of_candidate = cumulative[candidate - first_ + 1] - cumulative[candidate - first_];
  } else if (in_zero || in_one) {
    of_candidate = frequency_of(candidate);
  }
  Frequencies sides{cumulative[split] - cumulative[low], cumulative[high] - cumulative[split]};
  if (in_zero) sides.zero -= of_candidate;
  if (in_one) sides.one -= of_candidate;
  return sides;
}

}  // namespace czip::v2
