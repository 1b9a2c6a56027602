// Codes blocks with a model's language model, one at a time: callers wait for each other, and each
// block has all threads. Keeps the memory of its streams for the next block.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/threads.hpp"
#include "czip/codec/io/pass_report.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/coding/stream_layout.hpp"
#include "czip/codec/v2/llm/llm_predictor.hpp"
#include "czip/codec/v2/llm/llm_stream.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/engine/llm/state.hpp"
#include "czip/engine/simd.hpp"
#include "v2/coding/range_coder.hpp"

namespace czip::v2 {

// Looks on while tokens are coded: where the range coder stands in coding.
class LlmDecisions {
 public:
  LlmDecisions() = default;
  LlmDecisions(const LlmDecisions&) = delete;
  LlmDecisions& operator=(const LlmDecisions&) = delete;
  virtual ~LlmDecisions() = default;
  // The token at `position` of the block begins, with the predictor at its first decision.
  virtual void begin_token(std::size_t /*position*/, LlmPredictor& /*predictor*/) {}
  // A bit, and the probability of a 1.
  virtual void decide(bool bit, std::uint32_t p) = 0;
};

class LlmBlockCoder {
 public:
  LlmBlockCoder(SimdLevel simd, unsigned threads)
      : simd_(simd), threads_(threads), predictor_(simd) {}

  // `threads` that each block has from now on; they have no influence on results.
  void set_threads(unsigned threads);

  // As BlockCoder has them. May throw std::bad_alloc.
  Result<CodedBlock> encode(const Model& model, const BlockSettings& settings,
                            std::span<const std::uint8_t> text, const PassReport& report);
  Status decode(const Model& model, const BlockSettings& settings,
                std::span<const std::uint8_t> payload, std::uint32_t final_range,
                std::span<std::uint8_t> text, const PassReport& report,
                std::vector<TokenId>* tokens);
  // Hands on the decisions that code the tokens of a text of so many bytes.
  Status visit(const Model& model, const BlockSettings& settings, std::span<const TokenId> tokens,
               std::uint64_t text_bytes, LlmDecisions& decisions, const PassReport& report);

  // What it takes for a block, besides text and payload. Errors: those of language_model_of.
  static Result<std::uint64_t> memory(const Model& model, const BlockSettings& settings,
                                      SimdLevel simd, std::uint64_t text_bytes);

 private:
  // Makes everything ready for a block. Errors: those of language_model_of and State::create.
  Status begin(const Model& model, const StreamLayout& layout, std::size_t tokens,
               std::uint64_t text_bytes);
  Status code_tokens(const StreamLayout& layout, std::span<const TokenId> tokens,
                     LlmDecisions& decisions, const PassReport& report);
  void code_token(std::uint32_t stream, std::span<std::int32_t> logits, std::size_t position,
                  TokenId token, LlmDecisions& decisions);
  // Runs the network for all of `rows_`.
  void run_network();
  [[nodiscard]] std::span<std::int32_t> logits_of(std::size_t row);
  [[nodiscard]] std::uint32_t last_token(const LlmStream& stream) const;

  // One stream ends with the text, several with all of `tokens_`.
  Status decode_one_stream(RangeDecoder& coder, std::span<std::uint8_t> text,
                           const PassReport& report);
  Status decode_streams(RangeDecoder& coder, const StreamLayout& layout,
                        std::span<std::uint8_t> text, const PassReport& report);
  Result<std::uint32_t> decode_token(RangeDecoder& coder, std::size_t stream, std::size_t row);

  Mutex mutex_;
  SimdLevel simd_;
  unsigned threads_;
  std::optional<Model> model_;  // whose state this is: keeps it loaded
  const LanguageModel* language_model_ = nullptr;
  std::optional<llm::State> state_;
  std::uint32_t state_streams_ = 0;
  LlmPredictor predictor_;
  std::vector<LlmStream> streams_;
  std::vector<llm::Row> rows_;
  std::vector<std::int32_t> logits_;  // [rows][V]
  std::vector<TokenId> tokens_;       // of the block
};

}  // namespace czip::v2
