#include "v2/block/llm_block_coder.hpp"

#include <algorithm>

#include "czip/codec/v2/model/parts.hpp"
#include "v2/block/payload.hpp"

namespace czip::v2 {
namespace {

// Rows that the network computes at once. An encoder has as many, because it knows all tokens.
constexpr std::uint32_t kRowsAtOnce = 64;
static_assert(kRowsAtOnce >= 1U << kMaxStreamsLog2);
// Estimates a text's number of tokens, for reserving memory only.
constexpr std::size_t kTypicalTokenBytes = 3;

// Of the state, for each row: activations, and what is between layers.
std::uint64_t row_bytes(const llm::Config& c) {
  return std::uint64_t{4} * (c.width + c.qkv_width() + c.query_width() + c.feed_forward) +
         2 * std::uint64_t{std::max(c.width, c.feed_forward)};
}

struct DecisionEncoder : LlmDecisions {
  explicit DecisionEncoder(std::vector<std::uint8_t>& payload) : coder(payload) {}
  void decide(bool bit, std::uint32_t p) override { coder.encode(bit, p); }
  RangeEncoder coder;
};

}  // namespace

void LlmBlockCoder::set_threads(unsigned threads) {
  const Lock lock(mutex_);
  if (threads == threads_) return;
  threads_ = threads;
  state_.reset();
}

Result<std::uint64_t> LlmBlockCoder::memory(const Model& model, const BlockSettings& settings,
                                            SimdLevel simd, std::uint64_t text_bytes) {
  CZIP_TRY_ASSIGN(const LanguageModel* const loaded, language_model_of(model.parts(), simd));
  const llm::Config& config = loaded->network.config();
  const std::uint64_t streams = std::uint64_t{1} << settings.streams_log2;
  const auto slots =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(config.context, text_bytes / streams + 1));
  return streams * loaded->network.stream_bytes(slots) +
         kRowsAtOnce * (row_bytes(config) + std::uint64_t{4} * config.vocabulary) +
         LlmPredictor::bytes(*loaded, text_bytes);
}

Status LlmBlockCoder::begin(const Model& model, const StreamLayout& layout, std::size_t tokens,
                            std::uint64_t text_bytes) {
  const std::uint32_t streams = layout.streams();
  const bool same = state_ && &model_->parts() == &model.parts() && state_streams_ == streams;
  if (same) {
    state_->reset();
  } else {
    state_.reset();
    CZIP_TRY_ASSIGN(language_model_, language_model_of(model.parts(), simd_));
    model_ = model;
    state_streams_ = streams;
    CZIP_TRY_ASSIGN(
        auto state,
        llm::State::create(language_model_->network,
                           {.streams = streams, .rows = kRowsAtOnce, .threads = threads_}));
    state_ = std::move(state);
  }
  logits_.resize(std::size_t{kRowsAtOnce} * language_model_->network.config().vocabulary);
  predictor_.reset(*language_model_, model.parts().logistic, text_bytes, tokens);
  streams_.assign(streams, LlmStream());
  for (std::uint32_t s = 0; s < streams; ++s)
    streams_[s].begin = streams_[s].position =
        language_model_->prior.size() + layout.position(s, 0);
  return {};
}

std::span<std::int32_t> LlmBlockCoder::logits_of(std::size_t row) {
  const std::size_t vocabulary = language_model_->network.config().vocabulary;
  return std::span(logits_).subspan(row * vocabulary, vocabulary);
}

void LlmBlockCoder::run_network() {
  state_->forward(rows_, std::span(logits_).first(logits_of(0).size() * rows_.size()));
}

std::uint32_t LlmBlockCoder::last_token(const LlmStream& stream) const {
  return stream.recent[0] == 0 ? language_model_->first_token : stream.recent[0] - 1;
}

Result<CodedBlock> LlmBlockCoder::encode(const Model& model, const BlockSettings& settings,
                                         std::span<const std::uint8_t> text,
                                         const PassReport& report) {
  const Lock lock(mutex_);
  CZIP_TRY_ASSIGN(const LanguageModel* const loaded, language_model_of(model.parts(), simd_));
  tokens_.clear();
  CZIP_TRY(loaded->tokenizer.encode(text, tokens_));
  const StreamLayout layout(tokens_.size(), settings.streams_log2);
  CZIP_TRY(begin(model, layout, tokens_.size(), text.size()));
  CodedBlock block;
  if (settings.streams_log2 > 0) append_token_count(block.payload, tokens_.size());
  DecisionEncoder encoder(block.payload);
  CZIP_TRY(code_tokens(layout, tokens_, encoder, report));
  block.final_range = encoder.coder.range();
  encoder.coder.finish();
  return block;
}

Status LlmBlockCoder::visit(const Model& model, const BlockSettings& settings,
                            std::span<const TokenId> tokens, std::uint64_t text_bytes,
                            LlmDecisions& decisions, const PassReport& report) {
  const Lock lock(mutex_);
  const StreamLayout layout(tokens.size(), settings.streams_log2);
  CZIP_TRY(begin(model, layout, tokens.size(), text_bytes));
  return code_tokens(layout, tokens, decisions, report);
}

Status LlmBlockCoder::code_tokens(const StreamLayout& layout, std::span<const TokenId> tokens,
                                  LlmDecisions& decisions, const PassReport& report) {
  const std::size_t steps_at_once = kRowsAtOnce / layout.streams();
  for (std::size_t begin = 0; begin < layout.steps(); begin += steps_at_once) {
    const std::size_t end = std::min(layout.steps(), begin + steps_at_once);
    rows_.clear();
    for (std::size_t i = begin; i < end; ++i)
      for (std::uint32_t s = 0; s < layout.active_streams(i); ++s)
        rows_.push_back(
            {s, i == 0 ? language_model_->first_token : tokens[layout.position(s, i) - 1]});
    run_network();
    std::size_t row = 0;
    for (std::size_t i = begin; i < end; ++i)
      for (std::uint32_t s = 0; s < layout.active_streams(i); ++s)
        code_token(s, logits_of(row++), layout.position(s, i), tokens[layout.position(s, i)],
                   decisions);
    if (report) CZIP_TRY(report(end, layout.steps()));
  }
  return {};
}

void LlmBlockCoder::code_token(std::uint32_t stream, std::span<std::int32_t> logits,
                               std::size_t position, TokenId token, LlmDecisions& decisions) {
  predictor_.begin_token(streams_[stream], logits);
  decisions.begin_token(position, predictor_);
  while (!predictor_.decided()) {
    const std::uint32_t p = predictor_.predict();
    const bool bit = predictor_.bit(token);
    decisions.decide(bit, p);
    predictor_.update(bit);
  }
  predictor_.end_token();
}

Result<std::uint32_t> LlmBlockCoder::decode_token(RangeDecoder& coder, std::size_t stream,
                                                  std::size_t row) {
  predictor_.begin_token(streams_[stream], logits_of(row));
  while (!predictor_.decided()) {
    const std::uint32_t p = predictor_.predict();
    predictor_.update(coder.decode(p));
  }
  predictor_.end_token();
  if (coder.ran_out()) return error_of(payload_ran_out());
  if (language_model_->tokenizer.token(predictor_.token()).empty())
    return fail(ErrorCode::corrupt, "the block has a token that stands for no text");
  return predictor_.token();
}

Status LlmBlockCoder::decode_one_stream(RangeDecoder& coder, std::span<std::uint8_t> text,
                                        const PassReport& report) {
  TextWriter writer(text);
  while (!writer.full()) {
    rows_.assign(1, {0, last_token(streams_[0])});
    run_network();
    CZIP_TRY_ASSIGN(const std::uint32_t token, decode_token(coder, 0, 0));
    CZIP_TRY(writer.put(language_model_->tokenizer.token(token)));
    tokens_.push_back(token);
    if (report) CZIP_TRY(report(writer.written(), text.size()));
  }
  return {};
}

Status LlmBlockCoder::decode_streams(RangeDecoder& coder, const StreamLayout& layout,
                                     std::span<std::uint8_t> text, const PassReport& report) {
  for (std::size_t i = 0; i < layout.steps(); ++i) {
    const std::uint32_t active = layout.active_streams(i);
    rows_.clear();
    for (std::uint32_t s = 0; s < active; ++s) rows_.push_back({s, last_token(streams_[s])});
    run_network();
    for (std::uint32_t s = 0; s < active; ++s) {
      CZIP_TRY_ASSIGN(const std::uint32_t token, decode_token(coder, s, s));
      tokens_[layout.position(s, i)] = token;
    }
    if (report) CZIP_TRY(report(i + 1, layout.steps()));
  }
  TextWriter writer(text);
  for (const TokenId token : tokens_) CZIP_TRY(writer.put(language_model_->tokenizer.token(token)));
  return writer.full() ? Status() : text_does_not_fit();
}

Status LlmBlockCoder::decode(const Model& model, const BlockSettings& settings,
                             std::span<const std::uint8_t> payload, std::uint32_t final_range,
                             std::span<std::uint8_t> text, const PassReport& report,
                             std::vector<TokenId>* ids) {
  const Lock lock(mutex_);
  std::size_t tokens = text.size() / kTypicalTokenBytes;
  const bool one_stream = settings.streams_log2 == 0;
  if (!one_stream) {
    CZIP_TRY_ASSIGN(tokens, take_token_count(payload, text.size()));
  }
  const StreamLayout layout(tokens, settings.streams_log2);
  CZIP_TRY(begin(model, layout, tokens, text.size()));
  RangeDecoder coder(payload);
  tokens_.assign(one_stream ? 0 : tokens, 0);
  CZIP_TRY(one_stream ? decode_one_stream(coder, text, report)
                      : decode_streams(coder, layout, text, report));
  if (ids != nullptr) *ids = tokens_;
  return check_end(coder, final_range);
}

}  // namespace czip::v2
