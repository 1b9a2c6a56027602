#include "czip/codec/v1/scoring.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "czip/base/memory_limit.hpp"
#include "v1/chunk_encoder.hpp"
#include "v1/context_state.hpp"
#include "v1/text_coding.hpp"

namespace czip::v1 {
namespace {

// Scores a text group by group, as many chunks at a time as the encoder takes.
class TextScorer {
 public:
  TextScorer(const Model& model, ChunkEncoder& encoder, std::span<const std::uint8_t> text,
             const ScoreOptions& options, const ScoreVisitor& visit)
      : model_(&model),
        encoder_(&encoder),
        text_(text),
        // The tokenizer takes the same bytes as a string_view.
        stream_(model.tokenizer, {reinterpret_cast<const char*>(text.data()), text.size()}),
        options_(&options),
        visit_(&visit) {}

  Result<ScoreReport> run(std::size_t group_tokens) {
    for (;;) {
      tokens_.clear();
      while (tokens_.size() < group_tokens) {
        CZIP_TRY_ASSIGN(const auto count, stream_.next(group_tokens - tokens_.size(), tokens_));
        if (count == 0) break;
      }
      if (tokens_.empty()) return report_;
      CZIP_TRY(score_group());
      CZIP_TRY(report_progress(options_->progress, report_.text_bytes));
    }
  }

 private:
  Status score_group() {
    scores_.clear();
    std::uint64_t end = report_.text_bytes;
    std::size_t with_candidates = 0;
    for (const TokenId token : tokens_) {
      const auto bytes = static_cast<std::uint32_t>(model_->tokenizer.token_bytes(token).size());
      if (end < options_->candidates.text_bytes) ++with_candidates;
      scores_.push_back({.token = token, .bytes = bytes});
      end += bytes;
    }
    const std::size_t per_token = options_->candidates.count;
    symbols_.assign(with_candidates * per_token, {});
    costs_.resize(tokens_.size());
    encoder_->score(tokens_, costs_, symbols_, per_token);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      scores_[i].cost = costs_[i];
      report_.cost += costs_[i];
    }
    candidates_.clear();
    for (const ChunkEncoder::SymbolCost& symbol : symbols_)
      candidates_.push_back({model_->tokenizer.token_bytes(symbol.symbol), symbol.cost});
    ScoredBlock block;
    block.text_offset = report_.text_bytes;
    block.text = text_.subspan(static_cast<std::size_t>(report_.text_bytes),
                               static_cast<std::size_t>(end - report_.text_bytes));
    block.tokens = scores_;
    block.candidates = candidates_;
    block.candidates_per_token = per_token;
    CZIP_TRY((*visit_)(block));
    report_.text_bytes = end;
    report_.tokens += tokens_.size();
    return {};
  }

  const Model* model_;
  ChunkEncoder* encoder_;
  std::span<const std::uint8_t> text_;
  TokenStream stream_;
  const ScoreOptions* options_;
  const ScoreVisitor* visit_;
  std::vector<TokenId> tokens_;
  std::vector<std::uint32_t> costs_;
  std::vector<TokenScore> scores_;
  std::vector<ChunkEncoder::SymbolCost> symbols_;
  std::vector<Candidate> candidates_;
  ScoreReport report_;
};

Result<std::uint32_t> context_of(const Model& model, const ScoreOptions& options) {
  if (!options.context_log2) return choose_context_log2(model, options.level);
  if (*options.context_log2 <= kMaxContextLog2 &&
      std::uint32_t{1} << *options.context_log2 <= model.network.positions)
    return *options.context_log2;
  return fail(ErrorCode::model_mismatch, "chunks of 2^" + std::to_string(*options.context_log2) +
                                             " tokens are longer than the model's " +
                                             std::to_string(model.network.positions) +
                                             " positions");
}

}  // namespace

Result<ScoreReport> score(const Model& model, std::span<const std::uint8_t> text,
                          const ScoreOptions& options, const ScoreVisitor& visit) try {
  if (options.candidates.count > kMaxCandidates)
    return fail(ErrorCode::invalid_argument, std::to_string(options.candidates.count) +
                                                 " candidates are more than " +
                                                 std::to_string(kMaxCandidates));
  CZIP_TRY_ASSIGN(const auto context_log2, context_of(model, options));
  ContextState state(model);
  CZIP_TRY_ASSIGN(const Network* const network, state.network(options.simd, options.dialect));
  const std::uint32_t context = std::uint32_t{1} << context_log2;
  CZIP_TRY(threads_within_limit(1, 1, options.memory_limit,
                                {.per_thread = encoder_bytes(model, *network, context)}));
  CZIP_TRY_ASSIGN(auto encoder, ChunkEncoder::create(*network, context, model.first_token));
  return TextScorer(model, encoder, text, options, visit)
      .run(std::size_t{context} * encoder_chunks(context));
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to score a text");
}

}  // namespace czip::v1
