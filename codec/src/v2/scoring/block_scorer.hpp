// Scores the tokens of a block by the predictor that codes them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/scoring.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/model.hpp"
#include "v2/block/block_memory.hpp"
#include "v2/block/llm_block_coder.hpp"
#include "v2/scoring/candidate_search.hpp"

namespace czip::v2 {

struct BlockScoreOptions {
  bool savings = false;
  std::uint32_t candidates = 0;  // for each token
  std::uint64_t candidate_text_bytes =
      0;  // only for tokens that begin before this byte of the block
};

class BlockScorer {
 public:
  // A language model's blocks have `threads`.
  BlockScorer(SimdLevel simd, unsigned threads)
      : memory_(simd), language_model_coder_(simd, threads) {}

  // The block is valid until the next call, and as long as model and text are. Errors: unsupported
  // (settings that do not suit the model), out_of_memory, and those of the model's network
  // and of `report`.
  Result<ScoredBlock> score(const Model& model, const BlockSettings& settings,
                            std::span<const std::uint8_t> text, const BlockScoreOptions& options,
                            const PassReport& report = {});
  // Of a decoded block. `tokens` are those that were coded, of the text or of the pattern that it
  // repeats.
  Result<ScoredBlock> score_decoded(const Model& model, const BlockSettings& settings,
                                    std::span<const TokenId> tokens,
                                    std::span<const std::uint8_t> text,
                                    const BlockScoreOptions& options,
                                    const PassReport& report = {});
  // A block that is not coded. `pattern`: bytes that it repeats; 0: none.
  Result<ScoredBlock> score_stored(std::span<const std::uint8_t> text, std::size_t pattern);

 private:
  Status score_tokens(const Model& model, const BlockSettings& settings,
                      const BlockScoreOptions& options, const PassReport& report);
  // There, candidates are only those of the predictor, and nothing is said of savings.
  Status score_language_model_tokens(const Model& model, const BlockSettings& settings,
                                     const BlockScoreOptions& options, const PassReport& report);
  // Returns the bytes of all tokens.
  template <class Tokenizer>
  std::uint64_t place_tokens(const Tokenizer& tokenizer, const BlockScoreOptions& options);
  [[nodiscard]] ScoredBlock block(std::span<const std::uint8_t> text) const;

  BlockMemory memory_;
  LlmBlockCoder language_model_coder_;
  CandidateSearch search_;
  std::vector<TokenId> ids_;
  std::vector<TokenScore> tokens_;
  std::vector<PartSavings> savings_;
  std::vector<Candidate> candidates_;
  std::size_t candidates_per_token_ = 0;
};

// Bytes that a scorer takes for each byte of text, besides what coding takes.
[[nodiscard]] std::uint64_t scoring_bytes(std::uint64_t text_bytes,
                                          const BlockScoreOptions& options);

}  // namespace czip::v2
