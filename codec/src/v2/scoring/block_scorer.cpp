#include "v2/scoring/block_scorer.hpp"

#include <algorithm>
#include <new>

#include "v2/scoring/savings.hpp"

namespace czip::v2 {
namespace {

// Stands where the range coder stands in coding.
struct TokenScorer {
  const ModelParts* model;
  Predictor* predictor;
  BlockStreams* streams;
  CandidateSearch* search;
  std::span<TokenScore> tokens;
  std::span<PartSavings> savings;   // [tokens] or empty
  std::span<Candidate> candidates;  // of the first tokens
  std::size_t candidates_per_token;
  std::size_t at = 0;

  void begin_token(std::size_t position, std::uint32_t stream) {
    at = position;
    const std::size_t first = position * candidates_per_token;
    if (first >= candidates.size()) return;
    search->find(*model, *predictor, *streams, stream,
                 candidates.subspan(first, candidates_per_token));
  }
  void decide(bool bit, std::uint32_t p) {
    const std::uint32_t cost = code_length(bit ? p : kProbabilityOne - p, kProbabilityOne);
    tokens[at].cost += cost;
    ++tokens[at].decisions;
    if (!savings.empty())
      add_savings(predictor->mixer(), predictor->layout(), model->logistic, bit, cost, savings[at]);
  }
};

}  // namespace

Result<ScoredBlock> BlockScorer::score(const Model& model, const BlockSettings& settings,
                                       std::span<const std::uint8_t> text,
                                       const BlockScoreOptions& options,
                                       const PassReport& report) try {
  CZIP_TRY(check_settings(model, settings));
  const ModelParts& parts = model.parts();
  ids_.clear();
  CZIP_TRY(parts.tokenizer.encode(text, ids_));
  place_tokens(parts, text, options);
  CZIP_TRY(memory_.reset_predictor(parts, settings, text.size()));
  const StreamLayout layout(ids_.size(), settings.streams_log2);
  CZIP_TRY_ASSIGN(NetworkStreams* const network, memory_.begin_network(model, settings));
  BlockStreams streams(parts.logistic, layout, network);
  TokenScorer scorer{.model = &parts,
                     .predictor = &memory_.predictor,
                     .streams = &streams,
                     .search = &search_,
                     .tokens = tokens_,
                     .savings = savings_,
                     .candidates = candidates_,
                     .candidates_per_token = candidates_per_token_};
  CZIP_TRY(code_tokens(parts, memory_.predictor, streams, layout, ids_, scorer, report));
  return block(text);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to score a block");
}

void BlockScorer::place_tokens(const ModelParts& model, std::span<const std::uint8_t> text,
                               const BlockScoreOptions& options) {
  tokens_.clear();
  tokens_.reserve(ids_.size());
  std::uint64_t offset = 0;
  std::size_t with_candidates = 0;
  for (const TokenId id : ids_) {
    const auto bytes = static_cast<std::uint32_t>(model.tokenizer.token(id).size());
    tokens_.push_back({.token = id, .bytes = bytes});
    if (offset < std::min<std::uint64_t>(options.candidate_text_bytes, text.size()))
      ++with_candidates;
    offset += bytes;
  }
  savings_.assign(options.savings ? ids_.size() : 0, {});
  candidates_per_token_ = options.candidates;
  candidates_.assign(with_candidates * candidates_per_token_, {});
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
  return fail(ErrorCode::out_of_memory, "not enough memory to score a block");
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
