// A network's prediction of a stream's next token, as one mixer input per binary decision.
#pragma once

#include <cstdint>

#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/network_streams.hpp"
#include "czip/codec/v2/coding/node.hpp"

namespace czip::v2 {

class NetworkPrediction {
 public:
  // The prediction for `stream`, after a step of the network in which it took part. Without a
  // network (null) every input is 0. All arguments must outlive the prediction, and only one
  // prediction of a network may be in use at a time.
  NetworkPrediction(const Logistic& logistic, NetworkStreams* network, std::uint32_t stream);

  // The mixer's input at an inner node, stretched. Nodes must be asked for from the root down:
  // after a node whose ranks are all in one group, only nodes of that group.
  std::int32_t input(const Node& node);

 private:
  const Logistic* logistic_;
  NetworkStreams* network_;
  std::uint32_t stream_;
  // Cumulative frequencies of the groups, and of the tokens of one group, whose first rank is
  // first_; members_ is empty until a node within one group comes.
  std::span<const std::uint32_t> groups_;
  std::span<const std::uint32_t> members_;
  std::uint32_t first_ = 0;
};

}  // namespace czip::v2
