#include "czip/codec/v2/llm/llm_predictor.hpp"

#include <algorithm>
#include <bit>

namespace czip::v2 {
namespace {

// The inputs of the candidate's mixer, in this order.
constexpr std::size_t kNetworkInput = 0;
constexpr std::size_t kContextInputs = 1;
constexpr std::size_t kMatchInput = kContextInputs + kLlmOrders.size();
constexpr std::size_t kUsesInput = kMatchInput + 1;
constexpr std::size_t kHitsInput = kUsesInput + 1;
constexpr std::size_t kBiasInput = kHitsInput + 1;
static_assert(kBiasInput < kLlmCandidateInputs && kLlmCandidateInputs <= kMaxMixerInputs);

// Those of the tree's.
constexpr std::size_t kNodeInput = 1;

std::uint32_t use_class(std::uint32_t uses) {
  if (uses <= 2) return uses;
  return std::min(2 + static_cast<std::uint32_t>(std::bit_width(uses - 1)) - 1, kLlmUseClasses - 1);
}

std::uint32_t match_class(std::uint32_t length) {
  return length == 0 ? 0 : length < 6 ? 1 : length < 10 ? 2 : length < 20 ? 3 : 4;
}

// The probability of a 1, Q22, from frequencies below 2^52.
std::uint32_t probability(std::uint64_t one, std::uint64_t total) {
  const int excess = std::max(0, static_cast<int>(std::bit_width(total)) - 40);
  const std::uint64_t p = ((one >> excess) << kProbabilityBits) / ((total >> excess) + 1);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(p, 1, kMaxProbability));
}

// Decides the tables' sizes.
std::uint64_t remembered_bytes(const LanguageModel& model, std::uint64_t text_bytes) {
  return text_bytes + model.prior.size() * kLlmPriorTokenBytes;
}

template <std::size_t Selectors>
void reset_mixer(Mixer& mixer, const std::array<std::size_t, Selectors>& selectors,
                 std::span<const std::int32_t> set, const Logistic& logistic) {
  std::size_t sets = 0;
  for (const std::size_t size : selectors) sets += size;
  std::vector<std::int32_t> weights;
  weights.reserve(sets * set.size());
  for (std::size_t i = 0; i < sets; ++i) weights.insert(weights.end(), set.begin(), set.end());
  std::array<std::int32_t, kInputGroup> last{};
  std::fill_n(last.begin(), Selectors, kOneWeight / static_cast<std::int32_t>(Selectors));
  mixer.reset(selectors, set.size(), weights, last, logistic);
  mixer.set_rate(kLlmRate);
}

}  // namespace

void LlmPredictor::reset(const LanguageModel& model, const Logistic& logistic,
                         std::uint64_t text_bytes, std::size_t tokens) {
  model_ = &model;
  logistic_ = &logistic;
  frequencies_.reset(model);
  known_.reset(model.prior.size() + tokens);
  contexts_.reset(remembered_bytes(model, text_bytes));
  match_.reset(remembered_bytes(model, text_bytes));
  uses_.assign(frequencies_.size(), 0);
  nodes_.assign(frequencies_.size(), AdaptiveProbability());
  for (auto& refined : by_context_) refined.reset(kLlmPlaces * kLlmContextStands, logistic);
  by_match_.reset(kLlmMatchStates, logistic);
  by_uses_.reset(kLlmPlaces * kLlmUseClasses, logistic);
  by_hits_.reset(kLlmPlaces * kLlmHitHistories, logistic);

  std::array<std::int32_t, kLlmCandidateInputs> of_candidate{};
  of_candidate.fill(kLlmContextWeight);
  of_candidate[kNetworkInput] = kLlmNetworkWeight;
  of_candidate[kBiasInput] = 0;
  reset_mixer(candidate_mixer_, kLlmCandidateSelectors, of_candidate, logistic);
  std::array<std::int32_t, kLlmTreeInputs> of_tree{};
  of_tree[kNetworkInput] = kLlmNetworkWeight;
  reset_mixer(tree_mixer_, kLlmTreeSelectors, of_tree, logistic);
  learn_prior();
}

// Nothing of it is coded, so no probability learns.
void LlmPredictor::learn_prior() {
  LlmStream stream;
  for (const TokenId token : model_->prior) {
    contexts_.begin_token(stream);
    match_.note(stream);
    remember(stream, token);
  }
}

void LlmPredictor::remember(LlmStream& stream, std::uint32_t token) {
  contexts_.end_token(token);
  known_.set(stream.position, token);
  if (uses_[token] != 0xffff) ++uses_[token];
  stream.append(token);
}

std::uint64_t LlmPredictor::bytes(const LanguageModel& model, std::uint64_t text_bytes) {
  constexpr std::uint64_t kBytesPerToken = 8 + 2 + 4;  // cumulative frequency, uses, node
  const std::uint64_t remembered = remembered_bytes(model, text_bytes);
  return model.network.config().vocabulary * kBytesPerToken + TokenContexts::bytes(remembered) +
         TokenMatch::bytes(remembered) + (model.prior.size() + text_bytes) * sizeof(std::uint32_t);
}

void LlmPredictor::begin_token(LlmStream& stream, std::span<std::int32_t> logits) {
  stream_ = &stream;
  frequencies_.set(logits);
  contexts_.begin_token(stream);
  expected_ = match_.begin_token(stream, known_);
  find_candidates();
  asked_ = 0;
  left_ = frequencies_.total();
  low_ = 0;
  high_ = frequencies_.size();
  depth_ = 0;
  if (!asks_candidate()) descend();
}

// Counts the candidate's share for it, or adds it as the last one.
void LlmPredictor::propose(std::uint32_t token, std::uint64_t share) {
  for (std::size_t i = 0; i < candidate_count_; ++i) {
    if (candidates_[i] != token) continue;
    shares_[i] += share;
    return;
  }
  if (candidate_count_ == candidates_.size()) return;
  candidates_[candidate_count_] = token;
  shares_[candidate_count_] = frequencies_.of(token) + share;
  ++candidate_count_;
}

void LlmPredictor::find_candidates() {
  candidate_count_ = 0;
  for (const std::uint32_t token : frequencies_.likeliest()) propose(token, 0);
  const std::uint64_t unit = frequencies_.total() >> kLlmShareBits;
  if (expected_ != kNoLlmToken) propose(expected_, unit * kLlmMatchShare);
  for (std::size_t order = kLlmOrders.size(); order-- > 0;) {
    const Successors* const found = contexts_.find(order);
    if (found == nullptr) continue;
    for (std::size_t i = 0; i < kLlmSuccessors && found->entries[i] != 0; ++i)
      propose(found->token(i), unit * kLlmOrderShares[order] >> i);
  }
  // The one with the largest share first; few, so by insertion.
  for (std::size_t i = 1; i < candidate_count_; ++i)
    for (std::size_t k = i; k > 0 && shares_[k] > shares_[k - 1]; --k) {
      std::swap(shares_[k], shares_[k - 1]);
      std::swap(candidates_[k], candidates_[k - 1]);
    }
}

std::uint32_t LlmPredictor::predict() {
  return asks_candidate() ? predict_candidate() : predict_side();
}

std::uint32_t LlmPredictor::predict_candidate() {
  const std::uint32_t token = candidates_[asked_];
  const auto place = static_cast<std::uint32_t>(std::min<std::size_t>(asked_, kLlmPlaces - 1));
  const std::int32_t network = logistic_->stretch(probability(frequencies_.of(token), left_));
  const auto inputs = candidate_mixer_.inputs();
  const auto more = [&](RefinedProbability& by, std::size_t context) {
    return std::clamp(by.refine(context, network, *logistic_) - network, -kMaxStretch, kMaxStretch);
  };
  std::uint32_t order_stand = 0;
  inputs[kNetworkInput] = network;
  for (std::size_t order = 0; order < kLlmOrders.size(); ++order) {
    const std::uint32_t stand = context_stand(contexts_.find(order), token);
    inputs[kContextInputs + order] = more(by_context_[order], place * kLlmContextStands + stand);
    if (stand != 0)
      order_stand =
          2 * (static_cast<std::uint32_t>(order) + 1) + (stand > kLlmCountClasses ? 1 : 0);
  }
  const std::uint32_t length = expected_ == kNoLlmToken ? 0 : stream_->match_length;
  const bool is_expected = token == expected_;
  const std::uint32_t match_state =
      length == 0 ? 0 : 1 + length + (is_expected ? kLlmMaxMatch + 1 : 0);
  inputs[kMatchInput] = more(by_match_, match_state);
  inputs[kUsesInput] = more(by_uses_, place * kLlmUseClasses + use_class(uses_[token]));
  inputs[kHitsInput] = more(by_hits_, place * kLlmHitHistories + stream_->hits % kLlmHitHistories);
  inputs[kBiasInput] = kBias;
  constexpr std::int32_t kClassWidth =
      2 * (kMaxStretch + 1) / static_cast<std::int32_t>(kLlmNetworkClasses);
  const auto network_class = static_cast<std::uint32_t>((network + kMaxStretch + 1) / kClassWidth);
  const std::uint32_t match_stand = length == 0 ? 0 : is_expected ? 2 : 1;
  candidate_mixer_.select(
      {(place * static_cast<std::uint32_t>(kLlmMatchClasses) + match_class(length)) * 3 +
           match_stand,
       place * static_cast<std::uint32_t>(kLlmNetworkClasses) + network_class,
       place * 2 * static_cast<std::uint32_t>(kLlmOrders.size() + 1) + order_stand},
      0);
  return logistic_->squash(candidate_mixer_.mix());
}

std::array<std::uint32_t, kLlmMaxCandidates> LlmPredictor::candidate_probabilities() {
  std::array<std::uint32_t, kLlmMaxCandidates> probabilities{};
  for (; asks_candidate(); ++asked_) {
    probabilities[asked_] = predict_candidate();
    left_ -= frequencies_.of(candidates_[asked_]);
  }
  asked_ = 0;
  left_ = frequencies_.total();
  return probabilities;
}

std::uint32_t LlmPredictor::predict_side() {
  const auto inputs = tree_mixer_.inputs();
  inputs[kNetworkInput] =
      logistic_->stretch(probability(frequency_left(split_, high_), frequency_left(low_, high_)));
  inputs[kNodeInput] = logistic_->stretch(nodes_[split_].p());
  tree_mixer_.select({std::min(depth_, kLlmDepths - 1)}, 0);
  return logistic_->squash(tree_mixer_.mix());
}

void LlmPredictor::update(bool bit) {
  if (asks_candidate()) {
    candidate_mixer_.update(bit);
    for (auto& by : by_context_) by.update(bit);
    by_match_.update(bit);
    by_uses_.update(bit);
    by_hits_.update(bit);
    if (asked_ == 0) stream_->hits = stream_->hits << 1 | (bit ? 1 : 0);
    const std::uint32_t token = candidates_[asked_];
    left_ -= frequencies_.of(token);
    ++asked_;
    if (bit) {
      low_ = token;
      high_ = token + 1;
    } else if (!asks_candidate()) {
      descend();
    }
    return;
  }
  tree_mixer_.update(bit);
  nodes_[split_].update(bit, kLlmNodeLimit);
  (bit ? low_ : high_) = split_;
  descend();
}

std::uint64_t LlmPredictor::frequency_left(std::uint32_t low, std::uint32_t high) const {
  std::uint64_t sum = frequencies_.between(low, high);
  for (std::size_t i = 0; i < candidate_count_; ++i)
    if (candidates_[i] >= low && candidates_[i] < high) sum -= frequencies_.of(candidates_[i]);
  return sum;
}

std::uint32_t LlmPredictor::tokens_left(std::uint32_t low, std::uint32_t high) const {
  std::uint32_t count = high - low;
  for (std::size_t i = 0; i < candidate_count_; ++i)
    if (candidates_[i] >= low && candidates_[i] < high) --count;
  return count;
}

void LlmPredictor::descend() {
  while (high_ - low_ > 1) {
    split_ = low_ + (high_ - low_) / 2;
    ++depth_;
    if (tokens_left(low_, split_) == 0) {
      low_ = split_;
    } else if (tokens_left(split_, high_) == 0) {
      high_ = split_;
    } else {
      return;
    }
  }
}

void LlmPredictor::end_token() {
  match_.end_token(*stream_, token(), expected_);
  remember(*stream_, token());
}

}  // namespace czip::v2
