// Runs the network for the streams of a block, one step for all of them at a time, and gives its
// predictions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/token_groups.hpp"
#include "czip/engine/v2/network.hpp"

namespace czip::v2 {

class NetworkStreams {
 public:
  // `groups` are those that `network` was made with; both must outlive the streams. Errors:
  // out_of_memory, and invalid_argument for 0 or more than NetworkLimits::kStreams streams.
  static Result<NetworkStreams> create(const Network& network, const TokenGroups& groups,
                                       std::uint32_t streams);

  // Begins all streams anew.
  void reset();

  [[nodiscard]] const Network& network() const { return *network_; }
  [[nodiscard]] const TokenGroups& groups() const { return *groups_; }
  [[nodiscard]] std::uint32_t streams() const { return static_cast<std::uint32_t>(last_.size()); }

  // Sets the token that the next step appends to a stream.
  void set_last_token(std::uint32_t stream, std::uint32_t token) { last_[stream] = token; }
  // One step of the network: appends to each of the first `streams` streams its last token.
  void step(std::uint32_t streams);
  // The network's prediction of a stream's next token, as cumulative frequencies
  // (Network::cumulative_frequencies): of the groups, [groups + 1], and of the tokens of one group,
  // [members + 1]. Each is valid until it is called again.
  std::span<const std::uint32_t> group_cumulative(std::uint32_t stream);
  std::span<const std::uint32_t> member_cumulative(std::uint32_t stream, std::uint32_t group);

 private:
  NetworkStreams(const Network& network, const TokenGroups& groups, InferenceState state,
                 std::uint32_t streams);

  const Network* network_;
  const TokenGroups* groups_;
  InferenceState state_;
  std::vector<std::uint32_t> last_;
  std::vector<std::int32_t> logits_;  // [streams][groups]
  std::vector<std::uint32_t> group_cumulative_;
  std::vector<std::int32_t> member_logits_;
  std::vector<std::uint32_t> member_cumulative_;
};

}  // namespace czip::v2
