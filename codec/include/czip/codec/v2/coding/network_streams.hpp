// The network's side of a block: one step for all streams at a time, then what it expects next in
// each.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/v2/network.hpp"

namespace czip::v2 {

// The first input token of every stream: that of byte 0, which stands between documents.
inline constexpr std::uint32_t kFirstInput = 0;

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
  // What the network expects next in a stream: ascending sums of weights, of the groups, [groups +
  // 1], and of one group's tokens, [members + 1]. Each is valid until its next call.
  std::span<const std::uint32_t> group_sums(std::uint32_t stream);
  std::span<const std::uint32_t> member_sums(std::uint32_t stream, std::uint32_t group);

 private:
  NetworkStreams(const Network& network, const TokenGroups& groups, InferenceState state,
                 std::uint32_t streams);

  const Network* network_;
  const TokenGroups* groups_;
  // Made here, for a SIMD level that is not this machine's best; destroyed after the state, which
  // uses it.
  std::unique_ptr<NetworkPart> own_;
  InferenceState state_;
  std::vector<std::uint32_t> last_;
  std::vector<std::int32_t> logits_;  // [streams][groups]
  std::vector<std::uint32_t> group_sums_;
  std::vector<std::int32_t> member_logits_;
  std::vector<std::uint32_t> member_sums_;
};

}  // namespace czip::v2
