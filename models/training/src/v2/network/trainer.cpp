#include <new>
#include <utility>

#include "czip/codec/v2/coding/token_groups.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/training/v2/network_trainer.hpp"
#include "nn/training_run.hpp"
#include "v2/network/pass.hpp"
#include "v2/network/reader.hpp"
#include "v2/network/writer.hpp"

namespace czip::v2 {
namespace {

// Sequences that a pass takes at a time: few, so that what lies between forward and backward pass
// stays in the cache.
constexpr std::size_t kSequences = 2;

}  // namespace

struct NetworkTrainer::State {
  NetworkTrainingOptions options;
  const ModelParts* model;
  nn::HeadGroups groups;
  nn::Corpus corpus;

  State(NetworkTrainingOptions given, const ModelParts& parts)
      : options(std::move(given)),
        model(&parts),
        groups(parts.tree.order(),
               TokenGroups(parts.tree, options.config.group_size).first_ranks()),
        corpus(options.config.window + 1, options.config.window) {
    options.config.vocabulary = parts.tree.size();
    for (TokenId id = 0; id < options.config.vocabulary; ++id)
      corpus.token_bytes.push_back(parts.tokenizer.token(id).size());
  }
  Status begin(nn::Parameters& parameters) const;
  Result<std::vector<std::uint8_t>> train();
};

NetworkConfig network_config(NetworkSize size) {
  NetworkConfig config;
  config.window = 128;
  config.group_size = 64;
  config.embedding_shift = 7;
  config.head_dim = 32;
  switch (size) {
    case NetworkSize::small:
      config.d_model = 96;
      config.layers = 4;
      config.heads = 3;
      config.kv_heads = 1;
      config.bigram_buckets = 8192;
      break;
    case NetworkSize::base:
      config.d_model = 192;
      config.layers = 5;
      config.heads = 6;
      config.kv_heads = 2;
      config.bigram_buckets = 32768;
      break;
    case NetworkSize::large:
      config.d_model = 384;
      config.layers = 9;
      config.heads = 12;
      config.kv_heads = 4;
      config.bigram_buckets = 65536;
      break;
  }
  config.d_ff = 4 * config.d_model;
  return config;
}

NetworkTrainer::NetworkTrainer(NetworkTrainingOptions options, const Model& model)
    : state_(std::make_unique<State>(std::move(options), model.parts())) {}
NetworkTrainer::~NetworkTrainer() = default;
NetworkTrainer::NetworkTrainer(NetworkTrainer&&) noexcept = default;
NetworkTrainer& NetworkTrainer::operator=(NetworkTrainer&&) noexcept = default;

Status NetworkTrainer::add_document(std::span<const std::uint8_t> text, bool held_out) try {
  std::vector<TokenId> tokens;
  CZIP_TRY(state_->model->tokenizer.encode(text, tokens));
  state_->corpus.add(tokens, held_out);
  return {};
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the corpus");
}

// Sets the parameters to those of the network to go on from.
Status NetworkTrainer::State::begin(nn::Parameters& parameters) const {
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(options.network));
  CZIP_TRY_ASSIGN(const auto checked, load_network(file, model->tree));
  if (checked.network.config() != options.config)
    return fail(ErrorCode::invalid_argument,
                "the network to go on from has another configuration than the one to be trained");
  return nn::read_network(file, parameters);
}

Result<std::vector<std::uint8_t>> NetworkTrainer::State::train() {
  const NetworkConfig& config = options.config;
  if (config.gated != 0 || config.tied != 0)
    return fail(ErrorCode::unsupported, "only networks with squared ReLU and a head are trained");
  nn::Parameters parameters(config, groups.members.size(), options.seed);
  if (!options.network.empty()) {
    CZIP_TRY(begin(parameters));
  }
  const auto make_pass = [&] {
    return nn::pass_with(nn::NetworkPass(config, groups, kSequences, config.window), parameters);
  };
  const auto trained =
      nn::train(options, corpus,
                {.parameters = parameters,
                 .make_pass = make_pass,
                 .batch_tokens = std::size_t{options.batch_windows} * config.window,
                 .pass_sequences = kSequences});
  CZIP_TRY(trained);
  return nn::write_network(config, parameters);
}

Result<std::vector<std::uint8_t>> NetworkTrainer::train() try {
  return state_->train();
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to train this network");
}

}  // namespace czip::v2
