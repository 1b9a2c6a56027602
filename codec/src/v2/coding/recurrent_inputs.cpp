#include "czip/codec/v2/coding/recurrent_inputs.hpp"

#include <new>
#include <utility>

namespace czip::v2 {
namespace {

constexpr int kBelowBits = 32;
constexpr std::uint64_t kBelowOne = std::uint64_t{1} << kBelowBits;

}  // namespace

void RecurrentInputs::reset(const RecurrentNetwork* network, const CodeTree& tree) {
  network_ = network;
  tree_ = &tree;
}

void RecurrentInputs::begin_token(RecurrentState& state, std::uint32_t last_rank) {
  if (network_ == nullptr) return;
  if (state.empty()) {
    auto made = network_->make_state();
    if (!made) throw std::bad_alloc();
    state = std::move(*made);
  }
  network_->step(state, last_rank);
  state_ = &state;
}

void RecurrentInputs::set_candidate(std::uint32_t candidate, const Logistic& logistic) {
  if (network_ == nullptr) return;
  depth_ = 0;
  for (std::uint32_t split = tree_->root(); split != CodeTree::kLeaf;
       split = tree_->child(split, candidate >= split))
    node_[depth_++] = static_cast<std::uint16_t>(split);
  network_->logits(*state_, node_.data(), depth_, logit_.data());
  // A product of Q32 and Q22 is below 2^54.
  std::uint64_t below = kBelowOne;
  for (std::size_t i = depth_; i-- > 0;) {
    const std::int32_t towards = candidate >= node_[i] ? logit_[i] : -logit_[i];
    below = below * logistic.squash(towards) >> kProbabilityBits;
    candidate_below_[i] = below;
  }
}

std::int32_t RecurrentInputs::input(const Decision& decision, const Logistic& logistic) const {
  if (network_ == nullptr) return 0;
  constexpr int kShift = kBelowBits - kProbabilityBits;
  if (decision.is_candidate)
    return logistic.stretch(static_cast<std::uint32_t>(candidate_below_[0] >> kShift));
  const Node& node = decision.node;
  const std::uint32_t c = decision.candidate;
  if (c < node.low || c >= node.high) return network_->logit(*state_, node.split);
  // Both sides without the candidate, Q32.
  const std::size_t depth = node.depth;
  std::uint64_t one = std::uint64_t{logistic.squash(logit_[depth])} << kShift;
  std::uint64_t zero = kBelowOne - one;
  std::uint64_t& side = c >= node.split ? one : zero;
  side -= side < candidate_below_[depth] ? side : candidate_below_[depth];
  return logistic.stretch(
      static_cast<std::uint32_t>((one + 1) * kMaxProbability / (zero + one + 2)));
}

}  // namespace czip::v2
