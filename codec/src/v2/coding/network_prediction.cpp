#include "czip/codec/v2/coding/network_prediction.hpp"

namespace czip::v2 {
namespace {

// The fraction that [split, high) has of the frequencies of [low, high), 0..65535. Frequencies are
// below 2^32, so the product is below 2^48.
std::uint32_t probability_of_one(std::span<const std::uint32_t> cumulative, std::uint32_t low,
                                 std::uint32_t split, std::uint32_t high) {
  const std::uint64_t above = cumulative[high] - cumulative[split];
  return static_cast<std::uint32_t>(above * kMaxProbability / (cumulative[high] - cumulative[low]));
}

}  // namespace

NetworkPrediction::NetworkPrediction(const Logistic& logistic, NetworkStreams* network,
                                     std::uint32_t stream)
    : logistic_(&logistic), network_(network), stream_(stream) {
  if (network_ != nullptr) groups_ = network_->group_cumulative(stream_);
}

std::int32_t NetworkPrediction::input(const Node& node) {
  if (network_ == nullptr) return 0;
  const TokenGroups& groups = network_->groups();
  if (!groups.holds(node)) {
    return logistic_->stretch(probability_of_one(groups_, groups.group_of(node.low),
                                                 groups.group_of(node.split),
                                                 groups.group_of(node.high)));
  }
  if (members_.empty()) {
    const std::uint32_t group = groups.group_of(node.low);
    members_ = network_->member_cumulative(stream_, group);
    first_ = groups.first_ranks()[group];
  }
  return logistic_->stretch(
      probability_of_one(members_, node.low - first_, node.split - first_, node.high - first_));
}

}  // namespace czip::v2
