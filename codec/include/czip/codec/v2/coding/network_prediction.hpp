// A network's prediction of a stream's next token, as one mixer input per binary decision.
#pragma once

#include <cstdint>

#include "czip/codec/v2/coding/decision.hpp"
#include "czip/codec/v2/coding/network_streams.hpp"
#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {

class NetworkPrediction {
 public:
  // The prediction for `stream`, after a step of the network in which it took part. Without a
  // network (null) every input is 0. All arguments must outlive the prediction, and only one
  // prediction of a network may be in use at a time.
  NetworkPrediction(const Logistic& logistic, NetworkStreams* network, std::uint32_t stream);

  // The mixer's input at a decision, stretched. Nodes must be asked for from the root down: after a
  // node whose ranks are all in one group, only nodes of that group.
  std::int32_t input(const Decision& decision);

 private:
  // Frequencies of [low, split) and [split, high), without the candidate's.
  struct Frequencies {
    std::uint64_t zero;
    std::uint64_t one;
  };
  [[nodiscard]] Frequencies at_node(const Node& node, std::uint32_t candidate);
  // The candidate's frequency, in units of the groups'.
  std::uint64_t frequency_of(std::uint32_t candidate);
  // The cumulative frequencies of a group's members.
  std::span<const std::uint32_t> members(std::uint32_t group);

  const Logistic* logistic_;
  NetworkStreams* network_;
  std::uint32_t stream_;
  // Cumulative frequencies of the groups, and of the tokens of group_, whose first rank is first_;
  // members_ is empty until they are asked for.
  std::span<const std::uint32_t> groups_;
  std::span<const std::uint32_t> members_;
  std::uint32_t group_ = 0;
  std::uint32_t first_ = 0;
  std::uint32_t candidate_ = kNoToken;
  std::uint64_t candidate_frequency_ = 0;
};

}  // namespace czip::v2
