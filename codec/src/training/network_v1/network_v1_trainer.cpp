#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "czip/codec/network_v1_training.hpp"
#include "czip/tokenizer/tokenizer.hpp"
#include "training/network/training_run.hpp"
#include "training/network_v1/model_file.hpp"
#include "training/network_v1/network_pass.hpp"
#include "training/network_v1/network_shape.hpp"
#include "training/network_v1/parameters.hpp"
#include "training/network_v1/value_bound.hpp"

namespace czip::v1 {
namespace {

constexpr std::uint32_t kMaxHeads = network_v1::kMaxSummands / network_v1::kHeadSize;
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
  if (tokenizer.vocabulary_size() == network_v1::kVocabulary && first &&
      *first == network_v1::kFirstToken)
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
  network::Corpus corpus;

  State(NetworkTrainingOptions given, std::string json, Tokenizer tokens)
      : options(std::move(given)),
        tokenizer_json(std::move(json)),
        tokenizer(std::move(tokens)),
        corpus(sequence_of(options), sequence_of(options)) {
    for (TokenId id = 0; id < network_v1::kVocabulary; ++id)
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
  if (auto checked = check_shape(options.shape); !checked) return tl::unexpected(checked.error());
  auto tokenizer = Tokenizer::from_json(tokenizer_json);
  if (!tokenizer) return tl::unexpected(std::move(tokenizer.error()));
  if (auto checked = check_tokenizer(*tokenizer); !checked) return tl::unexpected(checked.error());
  return NetworkTrainer(std::make_unique<State>(std::move(options), std::move(tokenizer_json),
                                                std::move(*tokenizer)));
}

Status NetworkTrainer::add_document(std::span<const std::uint8_t> text, bool held_back) try {
  const auto tokens = state_->tokenizer.encode(
      std::string_view(reinterpret_cast<const char*>(text.data()), text.size()));
  if (!tokens) return tl::unexpected(tokens.error());
  state_->corpus.add(*tokens, held_back);
  return {};
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the corpus");
}

Result<std::vector<std::uint8_t>> NetworkTrainer::State::train() {
  network_v1::Parameters parameters(options.shape, options.seed);
  network_v1::ValueBound value_bound(options.shape);
  const auto make_pass = [&] {
    return network::pass_with(network_v1::NetworkPass(options.shape, corpus.sequence_tokens),
                              parameters);
  };
  const auto bound_values = [&] { value_bound.apply(parameters); };
  bound_values();
  const auto trained = network::train(options, corpus,
                                      {.parameters = parameters,
                                       .make_pass = make_pass,
                                       .batch_tokens = options.batch_tokens,
                                       .after_step = bound_values});
  if (!trained) return tl::unexpected(trained.error());
  return network_v1::write_model(options.shape, parameters, tokenizer_json, options.description);
}

Result<std::vector<std::uint8_t>> NetworkTrainer::train() try {
  return state_->train();
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to train this network");
}

}  // namespace czip::v1
