#include "czip/codec/v2/block/block_coder.hpp"

#include <algorithm>
#include <new>

#include "v2/block/block_memory.hpp"
#include "v2/block/llm_block_coder.hpp"
#include "v2/block/payload.hpp"
#include "v2/block/x86_branches.hpp"
#include "v2/coding/range_coder.hpp"

namespace czip::v2 {
namespace {

// Estimates a text's number of tokens, for reserving memory only.
constexpr std::size_t kTypicalTokenBytes = 3;

// A position in the largest block fits an entry of the match models' tables.
static_assert(kMaxBlockBytes <= std::uint32_t{1} << kPositionBits);

// Codes each decision as the predictor has it.
struct TokenEncoder {
  RangeEncoder coder;

  void begin_token(std::size_t /*position*/, std::uint32_t /*stream*/) {}
  void decide(bool bit, std::uint32_t p) { coder.encode(bit, p); }
};

std::uint32_t decode_token(const ModelParts& model, Predictor& predictor, BlockStreams& streams,
                           std::uint32_t s, RangeDecoder& coder) {
  NetworkPrediction network = streams.network_prediction(s);
  predictor.begin_token(streams[s]);
  while (!predictor.decided()) {
    const std::uint32_t p = predictor.predict(network.input(predictor.decision()));
    predictor.update(coder.decode(p));
  }
  const std::uint32_t token = model.tree.token(predictor.rank());
  predictor.end_token(model.tokenizer.token(token));
  streams.set_last_token(s, token);
  return token;
}

Status decode_one_stream(const ModelParts& model, Predictor& predictor, BlockStreams& streams,
                         RangeDecoder& coder, std::span<std::uint8_t> text,
                         const PassReport& report, std::vector<TokenId>* tokens) {
  TextWriter writer(text);
  while (!writer.full()) {
    for (std::size_t i = 0; i < kReportSteps && !writer.full(); ++i) {
      streams.step(1);
      const std::uint32_t token = decode_token(model, predictor, streams, 0, coder);
      if (coder.ran_out()) return payload_ran_out();
      CZIP_TRY(writer.put(model.tokenizer.token(token)));
      if (tokens != nullptr) tokens->push_back(token);
    }
    if (report) CZIP_TRY(report(writer.written(), text.size()));
  }
  return {};
}

Status decode_streams(const ModelParts& model, Predictor& predictor, BlockStreams& streams,
                      RangeDecoder& coder, const StreamLayout& layout, std::size_t tokens,
                      std::span<std::uint8_t> text, const PassReport& report,
                      std::vector<TokenId>* ids) {
  std::vector<std::uint16_t> decoded(tokens);
  for (std::size_t i = 0; i < layout.steps(); ++i) {
    const std::uint32_t active = layout.active_streams(i);
    streams.step(active);
    for (std::uint32_t s = 0; s < active; ++s) {
      const std::uint32_t token = decode_token(model, predictor, streams, s, coder);
      decoded[layout.position(s, i)] = static_cast<std::uint16_t>(token);
    }
    if (coder.ran_out()) return payload_ran_out();
    if (report && (i + 1) % kReportSteps == 0) CZIP_TRY(report(i + 1, layout.steps()));
  }
  TextWriter writer(text);
  for (const std::uint16_t token : decoded) CZIP_TRY(writer.put(model.tokenizer.token(token)));
  if (ids != nullptr) ids->assign(decoded.begin(), decoded.end());
  return writer.full() ? Status() : text_does_not_fit();
}

Result<std::vector<TokenId>> tokens_of(const ModelParts& model, const BlockSettings& settings,
                                       std::span<const std::uint8_t> text,
                                       Segmentation segmentation) {
  std::vector<std::uint8_t> absolute;
  if (settings.x86) {
    absolute.assign(text.begin(), text.end());
    make_x86_branches_absolute(absolute);
    text = absolute;
  }
  std::vector<TokenId> tokens;
  if (segmentation == Segmentation::bytes) {
    tokens.assign(text.begin(), text.end());  // the token of each byte is its value
  } else {
    CZIP_TRY(model.tokenizer.encode(text, tokens));
  }
  return tokens;
}

tl::unexpected<Error> out_of_memory() {
  return fail(ErrorCode::out_of_memory, "not enough memory for a block's tables");
}

}  // namespace

struct BlockCoder::Memory : BlockMemory {
  Memory(SimdLevel level, std::shared_ptr<LlmBlockCoder> language_model)
      : BlockMemory(level), llm(std::move(language_model)) {}

  std::shared_ptr<LlmBlockCoder> llm;  // null: not needed so far

  LlmBlockCoder& language_model_coder() {
    if (llm == nullptr) llm = std::make_shared<LlmBlockCoder>(simd, 1);
    return *llm;
  }

  Result<CodedBlock> encode(const Model& model, const BlockSettings& settings,
                            std::span<const std::uint8_t> text, const PassReport& report,
                            Segmentation segmentation);
  Status decode(const Model& model, const BlockSettings& settings,
                std::span<const std::uint8_t> payload, std::uint32_t final_range,
                std::span<std::uint8_t> text, const PassReport& report,
                std::vector<TokenId>* tokens);
};

Result<CodedBlock> BlockCoder::Memory::encode(const Model& model, const BlockSettings& settings,
                                              std::span<const std::uint8_t> text,
                                              const PassReport& report, Segmentation segmentation) {
  const ModelParts& parts = model.parts();
  CZIP_TRY_ASSIGN(const auto tokens, tokens_of(parts, settings, text, segmentation));
  CodedBlock block;
  if (settings.streams_log2 > 0) append_token_count(block.payload, tokens.size());
  TokenEncoder encoder{RangeEncoder(block.payload)};
  CZIP_TRY(reset_predictor(parts, settings, text.size()));
  const StreamLayout layout(tokens.size(), settings.streams_log2);
  CZIP_TRY_ASSIGN(NetworkStreams* const network_streams, begin_network(model, settings));
  BlockStreams streams(parts.logistic, layout, network_streams);
  CZIP_TRY(code_tokens(parts, predictor, streams, layout, tokens, encoder, report));
  block.final_range = encoder.coder.range();
  encoder.coder.finish();
  return block;
}

Status BlockCoder::Memory::decode(const Model& model, const BlockSettings& settings,
                                  std::span<const std::uint8_t> payload, std::uint32_t final_range,
                                  std::span<std::uint8_t> text, const PassReport& report,
                                  std::vector<TokenId>* ids) {
  const ModelParts& parts = model.parts();
  std::size_t tokens = 0;
  if (settings.streams_log2 > 0) {
    CZIP_TRY_ASSIGN(tokens, take_token_count(payload, text.size()));
  }
  RangeDecoder coder(payload);
  CZIP_TRY(reset_predictor(parts, settings, text.size()));
  // One stream ends with the text, and its number of tokens is an estimate.
  const bool one = settings.streams_log2 == 0;
  const StreamLayout layout(one ? text.size() / kTypicalTokenBytes : tokens, settings.streams_log2);
  CZIP_TRY_ASSIGN(NetworkStreams* const network_streams, begin_network(model, settings));
  BlockStreams streams(parts.logistic, layout, network_streams);
  CZIP_TRY(
      one ? decode_one_stream(parts, predictor, streams, coder, text, report, ids)
          : decode_streams(parts, predictor, streams, coder, layout, tokens, text, report, ids));
  CZIP_TRY(check_end(coder, final_range));
  if (settings.x86) make_x86_branches_relative(text);
  return {};
}

BlockCoder::BlockCoder(SimdLevel simd, std::shared_ptr<LlmBlockCoder> language_model)
    : memory_(std::make_unique<Memory>(simd, std::move(language_model))) {}
BlockCoder::BlockCoder(BlockCoder&&) noexcept = default;
BlockCoder& BlockCoder::operator=(BlockCoder&&) noexcept = default;
BlockCoder::~BlockCoder() = default;

SimdLevel BlockCoder::simd() const { return memory_->simd; }

Result<CodedBlock> BlockCoder::encode(const Model& model, const BlockSettings& settings,
                                      std::span<const std::uint8_t> text, const PassReport& report,
                                      Segmentation segmentation) {
  CZIP_TRY(check_settings(model, settings));
  try {
    if (settings.language_model)
      return memory_->language_model_coder().encode(model, settings, text, report);
    return memory_->encode(model, settings, text, report, segmentation);
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

Status BlockCoder::decode(const Model& model, const BlockSettings& settings,
                          std::span<const std::uint8_t> payload, std::uint32_t final_range,
                          std::span<std::uint8_t> text, const PassReport& report,
                          std::vector<TokenId>* tokens) {
  CZIP_TRY(check_settings(model, settings));
  try {
    if (settings.language_model)
      return memory_->language_model_coder().decode(model, settings, payload, final_range, text,
                                                    report, tokens);
    return memory_->decode(model, settings, payload, final_range, text, report, tokens);
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

Result<CodedBlock> encode_block(const Model& model, const BlockSettings& settings, SimdLevel simd,
                                std::span<const std::uint8_t> text) {
  return BlockCoder(simd).encode(model, settings, text);
}

Status decode_block(const Model& model, const BlockSettings& settings, SimdLevel simd,
                    std::span<const std::uint8_t> payload, std::uint32_t final_range,
                    std::span<std::uint8_t> text) {
  return BlockCoder(simd).decode(model, settings, payload, final_range, text);
}

}  // namespace czip::v2
