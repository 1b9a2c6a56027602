// What a network expects of a stream's next token, decision by decision.
#pragma once

#include <cstdint>

#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/network_streams.hpp"
#include "czip/codec/v2/coding/node.hpp"

namespace czip::v2 {

class NetworkPrediction {
 public:
  // Of `stream`, whose network has just made a step; no network takes part if `network` is null.
  // All must outlive the opinion, and no other one may be used in its time.
  NetworkPrediction(const Logistic& logistic, NetworkStreams* network, std::uint32_t stream);

  // The mixer's input at a node, which is not a leaf; 0 where no network takes part. Nodes of one
  // group only from the first such node on.
  std::int32_t input(const Node& node);

 private:
  const Logistic* logistic_;
  NetworkStreams* network_;
  std::uint32_t stream_;
  // Ascending sums of weights, each at least 1: of the groups, and of the tokens of one group, from
  // the rank `first_` on; empty before a node of one group.
  std::span<const std::uint32_t> groups_;
  std::span<const std::uint32_t> members_;
  std::uint32_t first_ = 0;
};

}  // namespace czip::v2
