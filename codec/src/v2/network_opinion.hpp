// What a network expects of a stream's next token, decision by decision.
#pragma once

#include <cstdint>
#include <span>

#include "v2/logistic.hpp"
#include "v2/node.hpp"

namespace czip::v2 {

class NetworkOpinion {
 public:
  // `below`: [vocabulary + 1] ascending sums of weights in code order, each weight at least 1;
  // empty where no network takes part. Both must outlive the opinion.
  NetworkOpinion(const Logistic& logistic, std::span<const std::uint32_t> below)
      : logistic_(&logistic), below_(below) {}

  // The mixer's input at a node, which is not a leaf; 0 where no network takes part.
  [[nodiscard]] std::int32_t input(const Node& node) const {
    if (below_.empty()) return 0;
    const std::uint64_t above = below_[node.high] - below_[node.split];
    const std::uint64_t all = below_[node.high] - below_[node.low];
    return logistic_->stretch(static_cast<std::uint32_t>(above * 65535 / all));
  }

 private:
  const Logistic* logistic_;
  std::span<const std::uint32_t> below_;
};

}  // namespace czip::v2
