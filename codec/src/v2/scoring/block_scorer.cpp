#include "v2/scoring/block_scorer.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "v2/scoring/decision_cost.hpp"
#include "v2/scoring/savings.hpp"

namespace czip::v2 {
namespace {

// The tokens of a block while they are scored.
struct TokenCosts {
  std::span<TokenScore> tokens;
  std::span<Candidate> candidates;  // of the first tokens
  std::size_t candidates_per_token = 0;
  std::size_t at = 0;

  // Returns where the candidates of the token at `position` are wanted, if they are.
  std::span<Candidate> begin_token(std::size_t position) {
    at = position;
    const std::size_t first = position * candidates_per_token;
    if (first >= candidates.size()) return {};
    return candidates.subspan(first, candidates_per_token);
  }
  // Returns the cost of the bit.
  std::uint32_t decide(bool bit, std::uint32_t p) {
    const std::uint32_t cost = decision_cost(bit, p);
    tokens[at].cost += cost;
    ++tokens[at].decisions;
    return cost;
  }
};

// Stands where the range coder stands in coding.
struct TokenScorer {
  const ModelParts* model;
  Predictor* predictor;
  BlockStreams* streams;
  CandidateSearch* search;
  TokenCosts costs;
  std::span<PartSavings> savings;  // [tokens] or empty

  void begin_token(std::size_t position, std::uint32_t stream) {
    const auto wanted = costs.begin_token(position);
    if (!wanted.empty()) search->find(*model, *predictor, *streams, stream, wanted);
  }
  void decide(bool bit, std::uint32_t p) {
    const std::uint32_t cost = costs.decide(bit, p);
    if (!savings.empty())
      add_savings(predictor->mixer(), predictor->layout(), model->logistic, bit, cost,
                  savings[costs.at]);
  }
};

// The same, of a language model.
class LlmTokenScorer : public LlmDecisions {
 public:
  LlmTokenScorer(const llm::Tokenizer& tokenizer, const TokenCosts& costs)
      : tokenizer_(&tokenizer), costs_(costs) {}

  void begin_token(std::size_t position, LlmPredictor& predictor) override {
    const auto wanted = costs_.begin_token(position);
    if (!wanted.empty()) find(predictor, wanted);
  }
  void decide(bool bit, std::uint32_t p) override { costs_.decide(bit, p); }

 private:
  // The predictor's candidates, the likeliest first.
  void find(LlmPredictor& predictor, std::span<Candidate> found) const {
    const auto ids = predictor.candidates();
    const auto probabilities = predictor.candidate_probabilities();
    std::array<Candidate, kLlmMaxCandidates> all{};
    std::uint32_t cost_before = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::uint32_t p = probabilities[i];
      all[i] = {tokenizer_->token(ids[i]), cost_before + decision_cost(true, p)};
      cost_before += decision_cost(false, p);
    }
    const std::span<Candidate> known = std::span(all).first(ids.size());
    std::ranges::stable_sort(known, {}, &Candidate::cost);
    std::ranges::copy(known.first(std::min(known.size(), found.size())), found.begin());
  }

  const llm::Tokenizer* tokenizer_;
  TokenCosts costs_;
};

tl::unexpected<Error> out_of_memory() {
  return fail(ErrorCode::out_of_memory, "not enough memory to score a block");
}

}  // namespace

Result<ScoredBlock> BlockScorer::score(const Model& model, const BlockSettings& settings,
                                       std::span<const std::uint8_t> text,
                                       const BlockScoreOptions& options,
                                       const PassReport& report) try {
  CZIP_TRY(check_settings(model, settings));
  ids_.clear();
  if (settings.language_model) {
    CZIP_TRY_ASSIGN(const auto* const loaded, language_model_of(model.parts(), memory_.simd));
    CZIP_TRY(loaded->tokenizer.encode(text, ids_));
  } else {
    CZIP_TRY(model.parts().tokenizer.encode(text, ids_));
  }
  CZIP_TRY(score_tokens(model, settings, options, report));
  return block(text);
} catch (const std::bad_alloc&) {
  return out_of_memory();
}

Result<ScoredBlock> BlockScorer::score_decoded(const Model& model, const BlockSettings& settings,
                                               std::span<const TokenId> tokens,
                                               std::span<const std::uint8_t> text,
                                               const BlockScoreOptions& options,
                                               const PassReport& report) try {
  CZIP_TRY(check_settings(model, settings));
  ids_.assign(tokens.begin(), tokens.end());
  CZIP_TRY(score_tokens(model, settings, options, report));
  std::size_t at = 0;
  for (const TokenScore& token : tokens_) at += token.bytes;
  ScoredKind kind = ScoredKind::coded;
  if (at < text.size()) kind = ScoredKind::repeated;
  for (; at < text.size(); ++at) tokens_.push_back({.token = text[at], .bytes = 1});
  if (!savings_.empty()) savings_.resize(tokens_.size());
  ScoredBlock scored = block(text);
  scored.kind = kind;
  return scored;
} catch (const std::bad_alloc&) {
  return out_of_memory();
}

Status BlockScorer::score_tokens(const Model& model, const BlockSettings& settings,
                                 const BlockScoreOptions& options, const PassReport& report) {
  if (settings.language_model) return score_language_model_tokens(model, settings, options, report);
  const ModelParts& parts = model.parts();
  const std::uint64_t bytes = place_tokens(parts.tokenizer, options);
  CZIP_TRY(memory_.reset_predictor(parts, settings, bytes));
  const StreamLayout layout(ids_.size(), settings.streams_log2);
  CZIP_TRY_ASSIGN(NetworkStreams* const network, memory_.begin_network(model, settings));
  BlockStreams streams(parts.logistic, layout, network);
  TokenScorer scorer{.model = &parts,
                     .predictor = &memory_.predictor,
                     .streams = &streams,
                     .search = &search_,
                     .costs = {.tokens = tokens_,
                               .candidates = candidates_,
                               .candidates_per_token = candidates_per_token_},
                     .savings = savings_};
  return code_tokens(parts, memory_.predictor, streams, layout, ids_, scorer, report);
}

Status BlockScorer::score_language_model_tokens(const Model& model, const BlockSettings& settings,
                                                const BlockScoreOptions& options,
                                                const PassReport& report) {
  CZIP_TRY_ASSIGN(const auto* const loaded, language_model_of(model.parts(), memory_.simd));
  BlockScoreOptions known = options;
  known.savings = false;
  const std::uint64_t bytes = place_tokens(loaded->tokenizer, known);
  LlmTokenScorer scorer(loaded->tokenizer, {.tokens = tokens_,
                                            .candidates = candidates_,
                                            .candidates_per_token = candidates_per_token_});
  return language_model_coder_.visit(model, settings, ids_, bytes, scorer, report);
}

template <class Tokenizer>
std::uint64_t BlockScorer::place_tokens(const Tokenizer& tokenizer,
                                        const BlockScoreOptions& options) {
  tokens_.clear();
  tokens_.reserve(ids_.size());
  std::uint64_t offset = 0;
  std::size_t with_candidates = 0;
  for (const TokenId id : ids_) {
    const auto bytes = static_cast<std::uint32_t>(tokenizer.token(id).size());
    tokens_.push_back({.token = id, .bytes = bytes});
    if (offset < options.candidate_text_bytes) ++with_candidates;
    offset += bytes;
  }
  savings_.assign(options.savings ? ids_.size() : 0, {});
  candidates_per_token_ = options.candidates;
  candidates_.assign(with_candidates * candidates_per_token_, {});
  return offset;
}

Result<ScoredBlock> BlockScorer::score_stored(std::span<const std::uint8_t> text,
                                              std::size_t pattern) try {
  tokens_.clear();
  tokens_.reserve(text.size());
  const std::size_t paid = pattern == 0 ? text.size() : pattern;
  for (std::size_t i = 0; i < text.size(); ++i)
    tokens_.push_back(
        {.token = text[i], .bytes = 1, .cost = i < paid ? kCostOfByte : 0, .decisions = 0});
  savings_.clear();
  candidates_.clear();
  candidates_per_token_ = 0;
  ScoredBlock scored = block(text);
  scored.kind = pattern == 0 ? ScoredKind::stored : ScoredKind::repeated;
  return scored;
} catch (const std::bad_alloc&) {
  return out_of_memory();
}

ScoredBlock BlockScorer::block(std::span<const std::uint8_t> text) const {
  ScoredBlock scored;
  scored.text = text;
  scored.tokens = tokens_;
  scored.savings = savings_;
  scored.candidates = candidates_;
  scored.candidates_per_token = candidates_per_token_;
  return scored;
}

std::uint64_t scoring_bytes(std::uint64_t text_bytes, const BlockScoreOptions& options) {
  const std::uint64_t per_token = sizeof(TokenScore) + (options.savings ? sizeof(PartSavings) : 0);
  return text_bytes * per_token + std::min(text_bytes, options.candidate_text_bytes) *
                                      options.candidates * sizeof(Candidate);
}

}  // namespace czip::v2
