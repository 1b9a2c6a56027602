#include <algorithm>
#include <new>
#include <string>
#include <string_view>

#include "czip/codec/v1/model.hpp"
#include "czip/tokenizer/v1/tokenizer.hpp"
#include "czip/training/v1/model_trainer.hpp"
#include "nn/run_loop.hpp"
#include "v1/format.hpp"
#include "v1/model_file.hpp"
#include "v1/parameters.hpp"
#include "v1/pass.hpp"
#include "v1/shape.hpp"
#include "v1/value_bound.hpp"

namespace czip::v1 {
namespace training {
namespace {

constexpr std::uint32_t kMaxHeads = kMaxSummands / kHeadDim;
constexpr std::uint32_t kMaxHidden = 1024;
constexpr std::uint32_t kMaxTrainedLayers = 8;
constexpr std::uint32_t kMinContextLog2 = 6;
constexpr std::uint32_t kMaxContextLog2 = 10;
constexpr std::uint32_t kMinSequence = 16;

bool between(std::uint32_t value, std::uint32_t low, std::uint32_t high) {
  return value >= low && value <= high;
}

Status check_shape(const NetworkShape& shape) {
  if (between(shape.heads, 1, kMaxHeads) && between(shape.d_ff, 1, kMaxHidden) &&
      between(shape.layers, 1, kMaxTrainedLayers) &&
      between(shape.context_log2, kMinContextLog2, kMaxContextLog2))
    return {};
  return fail(ErrorCode::unsupported, "only networks of at most " + std::to_string(kMaxHeads) +
                                          " heads, d_ff " + std::to_string(kMaxHidden) + ", " +
                                          std::to_string(kMaxTrainedLayers) +
                                          " layers and a context of 64 to 1024 are trained");
}

Status check_tokenizer(const Tokenizer& tokenizer) {
  const auto first = tokenizer.special_token(kFirstTokenName);
  if (tokenizer.vocabulary_size() == kVocabulary && first && *first == kReferenceFirstToken)
    return {};
  return fail(ErrorCode::unsupported, "the tokenizer needs " + std::to_string(kVocabulary) +
                                          " ids, of which <|bos|> is " +
                                          std::to_string(kReferenceFirstToken));
}

std::size_t sequence_tokens(const NetworkTrainingOptions& options) {
  const std::uint32_t context = 1U << options.shape.context_log2;
  if (options.sequence_tokens == 0) return context;
  return std::clamp(options.sequence_tokens, kMinSequence, context);
}

Status add_documents(const Corpus& corpus, const Tokenizer& tokenizer, nn::Sequences& sequences) {
  for (TokenId id = 0; id < kVocabulary; ++id)
    sequences.token_bytes.push_back(tokenizer.token_bytes(id).size());
  return corpus.for_each_document([&](std::span<const std::uint8_t> text, bool held_out) -> Status {
    CZIP_TRY_ASSIGN(const auto tokens,
                    tokenizer.encode(
                        std::string_view(reinterpret_cast<const char*>(text.data()), text.size())));
    sequences.add(tokens, held_out);
    return {};
  });
}

Result<std::vector<std::uint8_t>> train(const Corpus& corpus, const std::string& tokenizer_json,
                                        const NetworkTrainingOptions& options) {
  CZIP_TRY(check_shape(options.shape));
  CZIP_TRY_ASSIGN(const auto tokenizer, Tokenizer::from_json(tokenizer_json));
  CZIP_TRY(check_tokenizer(tokenizer));
  nn::Sequences sequences(sequence_tokens(options), sequence_tokens(options));
  CZIP_TRY(add_documents(corpus, tokenizer, sequences));
  Parameters parameters(options.shape, options.seed);
  ValueBound value_bound(options.shape);
  const auto make_pass = [&] {
    return nn::pass_with(NetworkPass(options.shape, sequences.sequence_tokens), parameters);
  };
  const auto bound_values = [&] { value_bound.apply(parameters); };
  bound_values();
  CZIP_TRY(nn::train(options, sequences,
                     {.parameters = parameters,
                      .make_pass = make_pass,
                      .batch_tokens = options.batch_tokens,
                      .after_step = bound_values}));
  return write_model(options.shape, parameters, tokenizer_json, options.description);
}

}  // namespace
}  // namespace training

Result<std::vector<std::uint8_t>> train_model(const Corpus& corpus,
                                              const std::string& tokenizer_json,
                                              const NetworkTrainingOptions& options) try {
  return training::train(corpus, tokenizer_json, options);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to train this network");
}

}  // namespace czip::v1
