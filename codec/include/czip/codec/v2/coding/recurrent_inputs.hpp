// The input from the recurrent network, which predicts each node of the code tree. The candidate's
// probability is the product of those on the way to it, and the nodes on that way are told that it
// has not come.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/decision.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "czip/engine/v2/recurrent_network.hpp"

namespace czip::v2 {

class RecurrentInputs {
 public:
  // `network` and `tree` must outlive the use of the inputs; null: every input is 0.
  void reset(const RecurrentNetwork* network, const CodeTree& tree);

  // `last_rank` is that of the stream's last token, or of kStreamStartToken before the first; an
  // empty state becomes one of the network, which may throw std::bad_alloc. The state must stay
  // until the token's last input.
  void begin_token(RecurrentState& state, std::uint32_t last_rank);
  // Follows the way to the candidate. To be called before input().
  void set_candidate(std::uint32_t candidate, const Logistic& logistic);
  // Stretched.
  [[nodiscard]] std::int32_t input(const Decision& decision, const Logistic& logistic) const;

 private:
  const RecurrentNetwork* network_ = nullptr;
  const CodeTree* tree_ = nullptr;
  const RecurrentState* state_ = nullptr;
  // The nodes on the way to the candidate, their logits, and the probability, Q32, that a token
  // below the node is the candidate.
  std::size_t depth_ = 0;
  std::array<std::uint16_t, kMaxTreeDepth> node_{};
  std::array<std::int32_t, kMaxTreeDepth> logit_{};
  std::array<std::uint64_t, kMaxTreeDepth> candidate_below_{};
};

}  // namespace czip::v2
