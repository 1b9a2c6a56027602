#include "czip/codec/v2/coding/network_streams.hpp"

#include <algorithm>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/v2/constants.hpp"

namespace czip::v2 {

static_assert(std::uint32_t{1} << kMaxStreamsLog2 <= NetworkLimits::kStreams);

Result<NetworkStreams> NetworkStreams::create(const Network& network, const TokenGroups& groups,
                                              std::uint32_t streams) {
  CZIP_TRY_ASSIGN(auto state, InferenceState::create(network, streams));
  return NetworkStreams(network, groups, std::move(state), streams);
}

NetworkStreams::NetworkStreams(const Network& network, const TokenGroups& groups,
                               InferenceState state, std::uint32_t streams)
    : network_(&network),
      groups_(&groups),
      state_(std::move(state)),
      last_(streams, kStreamStartToken),
      logits_(std::size_t{streams} * groups.size()),
      group_cumulative_(groups.size() + 1),
      member_logits_(network.config().group_size),
      member_cumulative_(std::size_t{network.config().group_size} + 1) {}

void NetworkStreams::reset() {
  state_.reset();
  std::fill(last_.begin(), last_.end(), kStreamStartToken);
}

void NetworkStreams::step(std::uint32_t streams) {
  state_.step(std::span(last_).first(streams),
              std::span(logits_).first(std::size_t{streams} * groups_->size()));
}

std::span<const std::uint32_t> NetworkStreams::group_cumulative(std::uint32_t stream) {
  const std::size_t groups = groups_->size();
  network_->cumulative_frequencies(std::span(logits_).subspan(stream * groups, groups),
                                   group_cumulative_);
  return group_cumulative_;
}

std::span<const std::uint32_t> NetworkStreams::member_cumulative(std::uint32_t stream,
                                                                 std::uint32_t group) {
  const std::size_t members = network_->members(group);
  const auto logits = std::span(member_logits_).first(members);
  const auto cumulative = std::span(member_cumulative_).first(members + 1);
  state_.member_logits(stream, group, logits);
  network_->cumulative_frequencies(logits, cumulative);
  return cumulative;
}

}  // namespace czip::v2
