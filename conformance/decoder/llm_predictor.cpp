#include "llm_predictor.hpp"

#include <algorithm>

namespace reference::llm {
namespace {

constexpr std::size_t kMostCandidates = 8;
constexpr std::array<std::uint64_t, kContextOrders.size()> kOrderWeights{1, 3, 6, 10, 16};
constexpr std::uint64_t kExpectedWeight = 24;

constexpr std::size_t kRanks = 3;  // of candidates: first, second, later
constexpr std::size_t kStands = 17;
constexpr std::size_t kMatchStands = 65;
constexpr std::size_t kUses = 12;
constexpr std::size_t kHits = 16;
constexpr std::size_t kMostUses = 65'535;

constexpr std::size_t kMostPriorTokens = 1u << 20;

constexpr std::size_t kMapPoints = 33;
constexpr std::int32_t kMapBegin = -4096;
constexpr std::int32_t kMapStep = 256;
constexpr std::uint32_t kMapCount = 40;
constexpr std::uint32_t kMapLimit = 1023;

constexpr std::size_t kCandidateInputs = 16;
constexpr std::size_t kMapInputs = 8;
constexpr std::size_t kSearchInputs = 8;
constexpr std::size_t kSearchSets = 20;
constexpr std::uint32_t kNodeLimit = 60;
constexpr std::int32_t kRate = 100;
const std::vector<std::size_t> kCandidateSets{45, 48, 36};

std::uint32_t portion(std::uint64_t one, std::uint64_t all) {
  const int e = std::max(0, bits(all) - 40);
  const std::uint64_t p = ((one >> e) * kOne) / ((all >> e) + 1);
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(kMaxProbability, std::max<std::uint64_t>(1, p)));
}

// b: a token of the prior has as much room as 16 bytes of the text.
int table_bits(std::size_t text_bytes, std::size_t prior_tokens) {
  return std::min(22, std::max(10, bits(text_bytes + 16 * prior_tokens)));
}

std::size_t class_of_count(std::size_t count) {
  return count <= 2 ? count - 1 : count <= 4 ? 2 : 3;
}
std::size_t class_of_uses(std::size_t uses) {
  if (uses <= 2) return uses;
  return std::min<std::size_t>(11, 1 + static_cast<std::size_t>(bits(uses - 1)));
}
std::size_t class_of_length(std::size_t length) {
  return length == 0 ? 0 : length < 6 ? 1 : length < 10 ? 2 : length < 20 ? 3 : 4;
}

// `sets` times the weights.
std::vector<std::int32_t> repeated(const std::vector<std::int32_t>& weights, std::size_t sets) {
  std::vector<std::int32_t> all;
  for (std::size_t i = 0; i < sets; ++i) all.insert(all.end(), weights.begin(), weights.end());
  return all;
}

Mixer candidate_mixer(const Logistic& logistic) {
  std::vector<std::int32_t> weights(kCandidateInputs, 0);
  weights[0] = 65536;
  for (std::size_t i = 1; i <= kMapInputs; ++i) weights[i] = 5461;
  std::size_t sets = 0;
  for (const std::size_t count : kCandidateSets) sets += count;
  std::vector<std::int32_t> final_weights(kFinalInputs, 0);
  for (std::size_t j = 0; j < kCandidateSets.size(); ++j) final_weights[j] = 21845;
  return Mixer(repeated(weights, sets), final_weights, kCandidateSets, logistic);
}

Mixer search_mixer(const Logistic& logistic) {
  std::vector<std::int32_t> weights(kSearchInputs, 0);
  weights[0] = 65536;
  std::vector<std::int32_t> final_weights(kFinalInputs, 0);
  final_weights[0] = 65536;
  return Mixer(repeated(weights, kSearchSets), final_weights, {kSearchSets}, logistic);
}

std::vector<std::uint32_t> read_prior(Tensors& tensors, const LanguageTokenizer& tokenizer) {
  const std::string name = "llm_prior.tokens";
  if (!tensors.has(name)) return {};
  auto prior = tensors.get<std::uint32_t>(name, "U32", {kAny});
  require(!prior.empty(), "the language model's prior has no tokens");
  require(prior.size() <= kMostPriorTokens, "the language model's prior has too many tokens");
  for (const std::uint32_t id : prior) {
    require(id < tokenizer.size(), "the language model's prior has an id beyond its tokenizer's");
    require(!tokenizer.token(id).empty(), "the language model's prior has a token without bytes");
  }
  return prior;
}

}  // namespace

LanguageModel::LanguageModel(Tensors& tensors) : network(tensors), tokenizer(tensors) {
  require(tokenizer.size() == network.vocabulary(),
          "the language model's tokenizer has another number of ids than its network");
  prior = read_prior(tensors, tokenizer);
  first_row = tokenizer.first_token();
  if (first_row != LanguageTokenizer::kNoToken) return;
  for (first_row = 0; tokenizer.token(first_row) != "\n"; ++first_row) {
  }
}

// --- Refined probabilities

RefinedProbability::RefinedProbability(std::size_t contexts, const Logistic& logistic) {
  for (std::size_t i = 0; i < contexts * kMapPoints; ++i) {
    const std::int32_t x = kMapBegin + static_cast<std::int32_t>(i % kMapPoints) * kMapStep;
    adaptive_.push_back(logistic.squash(x) << 10 | kMapCount);
  }
}

std::int32_t RefinedProbability::more(std::size_t context, std::int32_t x,
                                      const Logistic& logistic) {
  const std::int32_t place = (x - kMapBegin) / kMapStep;
  const std::int32_t w = (x - kMapBegin) % kMapStep;
  last_ = context * kMapPoints + static_cast<std::size_t>(place);
  const std::int32_t refined = (logistic.stretch(value(adaptive_[last_])) * (kMapStep - w) +
                                logistic.stretch(value(adaptive_[last_ + 1])) * w) /
                               kMapStep;
  return reference::clamp(refined - x, kMaxStretch);
}

void RefinedProbability::learn_bit(bool bit) {
  learn(adaptive_[last_], bit, kMapLimit);
  learn(adaptive_[last_ + 1], bit, kMapLimit);
}

// --- Predictor

LanguagePredictor::LanguagePredictor(const LanguageModel& model, std::size_t text_bytes)
    : model_(&model),
      contexts_(table_bits(text_bytes, model.prior.size())),
      match_(table_bits(text_bytes, model.prior.size())),
      uses_(model.tokenizer.size(), 0),
      candidate_mixer_(candidate_mixer(logistic_)),
      search_mixer_(search_mixer(logistic_)),
      nodes_(model.tokenizer.size(), kUntrained) {
  for (std::size_t i = 0; i < kContextOrders.size(); ++i)
    maps_.emplace_back(kRanks * kStands, logistic_);
  maps_.emplace_back(kMatchStands, logistic_);
  maps_.emplace_back(kRanks * kUses, logistic_);
  maps_.emplace_back(kRanks * kHits, logistic_);
  learn_prior();
}

// As if it had been coded in a stream of its own, at the positions from 0 on. What that stream
// follows stays its own: of the match, the block's streams find only its table and known tokens.
void LanguagePredictor::learn_prior() {
  TextStream stream;
  for (const std::uint32_t token : model_->prior) {
    contexts_.begin_token(stream);
    match_.begin_token(stream);
    remember(stream, token);
  }
}

void LanguagePredictor::begin_token(TextStream& stream) {
  stream_ = &stream;
  row_ = stream.tokens == 0 ? model_->first_row : static_cast<std::size_t>(stream.recent[0] - 1);
  logits_ = model_->network.step(stream.network, model_->network.positions(), row_).logits;
  Numbers logits = logits_;
  for (std::size_t id = 0; id < logits.size(); ++id)
    if (model_->tokenizer.token(id).empty()) logits[id] = -kBound;
  cumulative_ = model_->network.cumulative_frequencies(logits);
  contexts_.begin_token(stream);
  match_.begin_token(stream);
  find_candidates(logits);
  next_ = 0;
  decided_ = false;
  depth_ = 0;
}

void LanguagePredictor::propose(std::size_t token, std::uint64_t bonus) {
  for (Candidate& candidate : candidates_) {
    if (candidate.token != token) continue;
    candidate.share += bonus;
    return;
  }
  if (candidates_.size() < kMostCandidates)
    candidates_.push_back({token, sum(token, token + 1) + bonus});
}

void LanguagePredictor::find_candidates(const Numbers& logits) {
  candidates_.clear();
  const std::uint64_t unit = cumulative_.back() >> 6;
  std::vector<std::size_t> ids(logits.size());
  for (std::size_t id = 0; id < ids.size(); ++id) ids[id] = id;
  std::stable_sort(ids.begin(), ids.end(),
                   [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  propose(ids[0], 0);
  propose(ids[1], 0);
  if (match_.expected()) propose(*match_.expected(), kExpectedWeight * unit);
  for (std::size_t i = kContextOrders.size(); i > 0; --i) {
    const auto& successors = contexts_.successors(i - 1);
    for (std::size_t j = 0; j < successors.size(); ++j)
      propose(successors[j].token, kOrderWeights[i - 1] * unit >> j);
  }
  std::stable_sort(candidates_.begin(), candidates_.end(),
                   [](const Candidate& a, const Candidate& b) { return a.share > b.share; });
}

std::size_t LanguagePredictor::candidates_in(std::size_t begin, std::size_t end) const {
  std::size_t count = 0;
  for (const Candidate& candidate : candidates_)
    count += begin <= candidate.token && candidate.token < end ? 1 : 0;
  return count;
}

std::uint64_t LanguagePredictor::sum_of_others(std::size_t begin, std::size_t end) const {
  std::uint64_t total = sum(begin, end);
  for (const Candidate& candidate : candidates_)
    if (begin <= candidate.token && candidate.token < end)
      total -= sum(candidate.token, candidate.token + 1);
  return total;
}

std::uint32_t LanguagePredictor::predict() {
  return logistic_.squash(searches() ? mix_for_search() : mix_for_candidate());
}

std::size_t LanguagePredictor::stand(std::size_t order, std::size_t token) const {
  const auto& successors = contexts_.successors(order);
  if (successors.empty()) return 0;
  for (std::size_t j = 0; j < successors.size(); ++j)
    if (successors[j].token == token) return 5 + 4 * j + class_of_count(successors[j].count);
  return 1 + class_of_count(successors[0].count);
}

std::int32_t LanguagePredictor::mix_for_candidate() {
  const std::size_t c = candidates_[next_].token;
  const std::size_t rank = std::min(next_, kRanks - 1);  // P
  std::uint64_t left = cumulative_.back();
  for (std::size_t k = 0; k < next_; ++k) {
    const std::size_t before = candidates_[k].token;
    left -= sum(before, before + 1);
  }
  const std::int32_t x = logistic_.stretch(portion(sum(c, c + 1), left));

  std::vector<std::size_t> contexts;  // of the maps
  std::size_t highest = 0;            // 1 for the first of kContextOrders
  bool succeeds = false;              // in that one
  for (std::size_t i = 0; i < kContextOrders.size(); ++i) {
    const std::size_t of_order = stand(i, c);
    contexts.push_back(kStands * rank + of_order);
    if (of_order == 0) continue;
    highest = i + 1;
    succeeds = of_order >= 5;
  }
  const std::size_t length = match_.length();
  const bool expects = match_.expected().has_value();
  const bool expects_c = expects && *match_.expected() == c;
  contexts.push_back(!expects ? 0 : expects_c ? 33 + length : 1 + length);
  contexts.push_back(kUses * rank + class_of_uses(uses_[c]));
  contexts.push_back(kHits * rank + stream_->hits);

  Inputs inputs{x};
  for (std::size_t i = 0; i < contexts.size(); ++i)
    inputs.push_back(maps_[i].more(contexts[i], x, logistic_));
  inputs.push_back(kBias);
  inputs.resize(kCandidateInputs);
  return candidate_mixer_.mix(inputs,
                              {3 * (5 * rank + class_of_length(length)) + (!expects    ? 0u
                                                                           : expects_c ? 2u
                                                                                       : 1u),
                               16 * rank + static_cast<std::size_t>(x + 4096) / 512,
                               12 * rank + 2 * highest + (succeeds ? 1u : 0u)},
                              0);
}

std::int32_t LanguagePredictor::mix_for_search() {
  Inputs inputs{
      logistic_.stretch(portion(sum_of_others(split_, high_), sum_of_others(low_, high_))),
      logistic_.stretch(value(nodes_[split_]))};
  inputs.resize(kSearchInputs);
  return search_mixer_.mix(inputs, {std::min(depth_, kSearchSets - 1)}, 0);
}

void LanguagePredictor::learn_bit(bool bit) {
  if (searches()) {
    search_mixer_.learn_bit(bit, kRate);
    learn(nodes_[split_], bit, kNodeLimit);
    go_to(bit ? split_ : low_, bit ? high_ : split_);
    return;
  }
  candidate_mixer_.learn_bit(bit, kRate);
  for (RefinedProbability& map : maps_) map.learn_bit(bit);
  if (next_ == 0) stream_->hits = (2 * stream_->hits + (bit ? 1 : 0)) % kHits;
  if (bit)
    decide(candidates_[next_].token);
  else if (++next_ == candidates_.size())
    go_to(0, model_->tokenizer.size());
}

void LanguagePredictor::decide(std::size_t token) {
  low_ = token;
  decided_ = true;
}

// Goes there, and on to where a bit is coded.
void LanguagePredictor::go_to(std::size_t low, std::size_t high) {
  low_ = low;
  high_ = high;
  while (high_ - low_ > 1) {
    split_ = low_ + (high_ - low_) / 2;
    ++depth_;
    if (candidates_in(low_, split_) == split_ - low_)
      low_ = split_;
    else if (candidates_in(split_, high_) == high_ - split_)
      high_ = split_;
    else
      return;
  }
  decide(low_);
}

void LanguagePredictor::end_token() { remember(*stream_, token()); }

void LanguagePredictor::remember(TextStream& stream, std::size_t token) {
  contexts_.learn(token);
  match_.end_token(stream, token);
  uses_[token] = std::min(uses_[token] + 1, kMostUses);
  stream.append(token);
}

}  // namespace reference::llm
