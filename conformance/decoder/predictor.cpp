#include "predictor.hpp"

#include <algorithm>

namespace reference {

Predictor::Sizes::Sizes(const Profile& profile, std::uint64_t text_bytes) {
  const auto log2_for = [&](std::size_t contexts) {
    std::uint32_t digits = 0;
    for (std::uint64_t x = text_bytes * contexts * kListsNumerator / kListsDenominator; x != 0;
         x /= 2)
      ++digits;
    return std::min(std::max(digits, kMinTableLog2), kMaxTableLog2);
  };
  lists = log2_for(profile.lists);
  lines = std::min(log2_for(kMaxLists), kMaxLinesLog2) - kLinesShift;
  matches = log2_for(kMaxLists) - kMatchesShift;
}

Predictor::Predictor(const Model& model, std::size_t profile, bool with_network,
                     std::uint64_t text_bytes)
    : Predictor(model, (with_network ? model.network_states : model.states)[profile],
                kProfiles[profile], Sizes(kProfiles[profile], text_bytes)) {
  if (with_network) network_.emplace(model);
}

Predictor::Predictor(const Model& model, const TrainedState& state, const Profile& profile,
                     Sizes sizes)
    : model_(&model),
      profile_(&profile),
      successors_(profile.lists, state.list_maps, sizes.lists),
      prior_(model, profile.prior_orders),
      matches_(state.match_maps, sizes.matches),
      counters_(model.tokens.size(), sizes.lines, profile.counters),
      mixers_{make_mixer(0, state, profile.selectors), make_mixer(1, state, profile.selectors)} {
  if (profile.recurrent && model.recurrent) recurrent_.emplace(model, logistic_);
}

// That of the candidate (0) or of the tree (1).
Mixer Predictor::make_mixer(std::size_t number, const TrainedState& state,
                            std::size_t selectors) const {
  const auto& sets = kSelectorSets[number];
  return Mixer(state.weights[number], state.final_weights[number],
               {sets.begin(), sets.begin() + static_cast<std::ptrdiff_t>(selectors)}, logistic_);
}

void Predictor::begin_token(Stream& stream) {
  stream_ = &stream;
  contexts_ = stream.history.contexts();
  successors_.begin_token(contexts_);
  prior_.begin_token(contexts_);
  matches_.begin_token(stream.history, stream.number, stream.matches);
  counters_.begin_token(contexts_);
  decision_ = {true, find_candidate(), Node{}};
  if (network_) {
    network_->begin_token(stream.history, stream.network);
    network_->set_candidate(decision_.candidate);
  }
  if (recurrent_) {
    recurrent_->begin_token(stream.history, stream.recurrent);
    recurrent_->set_candidate(decision_.candidate);
  }
}

std::uint32_t Predictor::find_candidate() {
  std::vector<Guess> guesses{prior_.guess()};
  for (std::size_t m = 0; m < 2; ++m)
    if (const auto guess = matches_.guess(m)) guesses.push_back(*guess);
  for (std::size_t j = 0; j < kVotingEntries; ++j)
    for (const Guess& guess : successors_.guesses(j)) guesses.push_back(guess);

  // The first guess is the prior's, whose weight is 1 more than its odds.
  std::vector<std::uint32_t> weights(model_->tokens.size(), 0);
  weights[guesses[0].rank] = 1;
  std::uint32_t candidate = guesses[0].rank;
  for (const Guess& guess : guesses) {
    weights[guess.rank] +=
        kOddsOne * guess.probability / std::max(kOne - guess.probability, kLeastRest);
    if (weights[guess.rank] > weights[candidate]) candidate = guess.rank;
  }
  votes_ = static_cast<std::size_t>(std::count_if(
      guesses.begin(), guesses.end(), [&](const Guess& guess) { return guess.rank == candidate; }));
  return candidate;
}

std::uint32_t Predictor::predict() {
  inputs_.clear();
  successors_.predict(decision_, logistic_, inputs_);
  prior_.predict(decision_, logistic_, inputs_);
  matches_.predict(decision_, logistic_, inputs_);
  counters_.predict(decision_, logistic_, inputs_);
  inputs_.push_back(kBias);
  if (network_) network_->predict(decision_, logistic_, inputs_);
  if (profile_->network && !network_) inputs_.push_back(0);
  if (recurrent_) recurrent_->predict(decision_, inputs_);
  inputs_.resize(input_count(*profile_));  // an absent recurrent network is 0, like the padding
  return logistic_.squash(decision_.of_candidate ? mix_for_candidate() : mix_for_node());
}

std::int32_t Predictor::mix_for_candidate() {
  const std::size_t length = matches_.length_class(0);
  const std::size_t hits = stream_->hits;
  return mixers_[0].mix(
      inputs_,
      {kHitHistories * (3 * (3 * length + matches_.stand(0)) + matches_.stand(1)) + hits,
       4 * orders() + std::min(votes_ / kVotesPerClass, kMaxVoteClass),
       stream_->history.last_byte(), decision_.candidate / 8,
       stream_->history.recent(1) / 8 % 1024},
      4 * hits + std::min<std::size_t>(length, 3));
}

std::int32_t Predictor::mix_for_node() {
  const Node& node = decision_.node;
  const std::size_t depth = node.depth;
  const std::size_t depth_class = decision_.decision_class() - 1;
  const std::size_t active = successors_.active();
  const std::size_t longer = std::max(matches_.length_class(0), matches_.length_class(1));
  return mixers_[1].mix(
      inputs_,
      {depth < 8 ? static_cast<std::size_t>(node.path)
                 : 256 + 16 * std::min<std::size_t>(depth, 31) +
                       std::min<std::size_t>(3 * active / 4, 15),
       4 * (3 * longer + matches_.stand(0)) + depth_class,
       2 * (4 * orders() + depth_class) + (active >= kManyActive ? 1 : 0),
       4 * stream_->history.last_byte() + depth_class, stream_->history.recent(1) / 8 % 1024},
      4 * std::min<std::size_t>(depth, 15) + std::min<std::size_t>(matches_.length_class(0), 3));
}

void Predictor::learn_bit(bool bit) {
  const auto tokens = static_cast<std::int32_t>(stream_->history.ranks().size());
  successors_.learn_bit(decision_, bit, learns_);
  prior_.learn_bit(decision_, bit);
  if (learns_) {
    mixers_[decision_.of_candidate ? 0 : 1].learn_bit(
        bit, kSlowRate + kRateStep / (kRateTokens + tokens));
    matches_.learn_bit(bit);
    counters_.learn_bit(decision_, bit);
  }
  if (!decision_.of_candidate) {
    counters_.leave(bit);
    go_to(child_of(*model_, decision_.node, bit));
    return;
  }
  stream_->hits = (2 * stream_->hits + (bit ? 1 : 0)) % kHitHistories;
  decision_.of_candidate = false;
  if (bit)
    decision_.node = {0, decision_.candidate, decision_.candidate + 1, 0, 1};
  else
    go_to(root_of(*model_));
}

// Goes to the node, or to the first one below it where a bit is coded.
void Predictor::go_to(const Node& node) {
  decision_.node = node;
  if (node.split == 0) return;
  counters_.visit(node, learns_);
  const std::uint32_t c = decision_.candidate;
  const bool nothing_low = node.low == c && node.split == c + 1;
  const bool nothing_high = node.split == c && node.high == c + 1;
  if (!nothing_low && !nothing_high) return;
  counters_.leave(nothing_low);
  go_to(child_of(*model_, node, nothing_low));
}

void Predictor::end_token(const std::string& bytes) {
  successors_.end_token(rank());
  stream_->history.append(rank(), bytes);
}

}  // namespace reference
