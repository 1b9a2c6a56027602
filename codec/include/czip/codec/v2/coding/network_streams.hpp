// Runs the network for the streams of a block, one step for all of them at a time, and gives its
// predictions.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/v2/network.hpp"

namespace czip::v2 {

// What the network sees before the first token of a stream: the token of byte 0, which stands
// between documents in training.
inline constexpr std::uint32_t kStreamStartToken = 0;

class NetworkStreams {
 public:
  // The model must have a network. Errors: those of load_network, out_of_memory.
  static Result<NetworkStreams> create(const ModelParts& model, SimdLevel simd,
                                       std::uint32_t streams);
  // Does what `create` would do first, once for all blocks. Errors: those of load_network.
  static Status load(const ModelParts& model, SimdLevel simd);
  // Of a network, and the groups it was made with, that outlive the streams.
  static Result<NetworkStreams> create(const Network& network, const TokenGroups& groups,
                                       std::uint32_t streams);

  [[nodiscard]] const TokenGroups& groups() const { return *groups_; }

  // The token that a stream goes on with.
  void set_last_token(std::uint32_t stream, std::uint32_t token) { last_[stream] = token; }
  // Appends the last tokens to the first `streams` streams.
  void step(std::uint32_t streams);
  // The network's prediction of a stream's next token, as cumulative frequencies
  // (Network::masses): of the groups, [groups + 1], and of the tokens of one group, [members + 1].
  // Each is valid until it is called again.
  std::span<const std::uint32_t> group_cumulative(std::uint32_t stream);
  std::span<const std::uint32_t> member_cumulative(std::uint32_t stream, std::uint32_t group);

 private:
  NetworkStreams(const Network& network, const TokenGroups& groups, InferenceState state,
                 std::uint32_t streams);

  const Network* network_;
  const TokenGroups* groups_;
  // Made here, for a SIMD level that is not this machine's best; destroyed after the state, which
  // uses it.
  std::unique_ptr<ModelNetwork> own_;
  InferenceState state_;
  std::vector<std::uint32_t> last_;
  std::vector<std::int32_t> logits_;  // [streams][groups]
  std::vector<std::uint32_t> group_cumulative_;
  std::vector<std::int32_t> member_logits_;
  std::vector<std::uint32_t> member_cumulative_;
};

}  // namespace czip::v2
