#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "czip/tokenizer/v1/tokenizer.hpp"
#include "czip/training/v1/network_trainer.hpp"
#include "nn/training_run.hpp"
#include "v1/network/model_file.hpp"
#include "v1/network/parameters.hpp"
#include "v1/network/pass.hpp"
#include "v1/network/shape.hpp"
#include "v1/network/value_bound.hpp"

namespace czip::v1 {
namespace {

constexpr std::uint32_t kMaxHeads = training::kMaxSummands / training::kHeadSize;
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
  const auto first = tokenizer.special_token("<|bos|>");
  if (tokenizer.vocabulary_size() == training::kVocabulary && first &&
      *first == training::kFirstToken)
    return {};
  return fail(ErrorCode::unsupported, "the tokenizer needs 1024 ids, of which <|bos|> is 1022");
}

std::size_t sequence_of(const NetworkTrainingOptions& options) {
  const std::uint32_t context = 1U << options.shape.context_log2;
  if (options.sequence_tokens == 0) return context;
  return std::clamp(options.sequence_tokens, kMinSequence, context);
}

}  // namespace

struct NetworkTrainer::State {
  NetworkTrainingOptions options;
  std::string tokenizer_json;
  Tokenizer tokenizer;
  nn::Corpus corpus;

  State(NetworkTrainingOptions given, std::string json, Tokenizer tokens)
      : options(std::move(given)),
        tokenizer_json(std::move(json)),
        tokenizer(std::move(tokens)),
        corpus(sequence_of(options), sequence_of(options)) {
    for (TokenId id = 0; id < training::kVocabulary; ++id)
      corpus.token_bytes.push_back(tokenizer.token_bytes(id).size());
  }
  Result<std::vector<std::uint8_t>> train();
};

NetworkTrainer::NetworkTrainer(std::unique_ptr<State> state) : state_(std::move(state)) {}
NetworkTrainer::NetworkTrainer(NetworkTrainer&&) noexcept = default;
NetworkTrainer& NetworkTrainer::operator=(NetworkTrainer&&) noexcept = default;
NetworkTrainer::~NetworkTrainer() = default;

Result<NetworkTrainer> NetworkTrainer::create(NetworkTrainingOptions options,
                                              std::string tokenizer_json) {
  CZIP_TRY(check_shape(options.shape));
  CZIP_TRY_ASSIGN(auto tokenizer, Tokenizer::from_json(tokenizer_json));
  CZIP_TRY(check_tokenizer(tokenizer));
  return NetworkTrainer(
      std::make_unique<State>(std::move(options), std::move(tokenizer_json), std::move(tokenizer)));
}

Status NetworkTrainer::add_document(std::span<const std::uint8_t> text, bool held_out) try {
  CZIP_TRY_ASSIGN(const auto tokens, state_->tokenizer.encode(std::string_view(
                                         reinterpret_cast<const char*>(text.data()), text.size())));
  state_->corpus.add(tokens, held_out);
  return {};
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the corpus");
}

Result<std::vector<std::uint8_t>> NetworkTrainer::State::train() {
  training::Parameters parameters(options.shape, options.seed);
  training::ValueBound value_bound(options.shape);
  const auto make_pass = [&] {
    return nn::pass_with(training::NetworkPass(options.shape, corpus.sequence_tokens), parameters);
  };
  const auto bound_values = [&] { value_bound.apply(parameters); };
  bound_values();
  const auto trained = nn::train(options, corpus,
                                 {.parameters = parameters,
                                  .make_pass = make_pass,
                                  .batch_tokens = options.batch_tokens,
                                  .after_step = bound_values});
  CZIP_TRY(trained);
  return training::write_model(options.shape, parameters, tokenizer_json, options.description);
}

Result<std::vector<std::uint8_t>> NetworkTrainer::train() try {
  return state_->train();
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to train this network");
}

}  // namespace czip::v1
