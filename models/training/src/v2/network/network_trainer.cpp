#include "czip/training/v2/network_trainer.hpp"

#include <new>
#include <utility>

#include "czip/codec/v2/coding/token_groups.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "nn/run_loop.hpp"
#include "v2/network/network_reader.hpp"
#include "v2/network/network_writer.hpp"
#include "v2/network/pass.hpp"

namespace czip::v2 {
namespace training {
namespace {

// Sequences in a pass. There are few, so that the activations between forward and backward pass
// stay in the cache.
constexpr std::size_t kSequences = 2;

Status add_documents(const Corpus& corpus, const ModelParts& model, nn::Sequences& sequences) {
  for (TokenId id = 0; id < model.tree.size(); ++id)
    sequences.token_bytes.push_back(model.tokenizer.token(id).size());
  std::vector<TokenId> tokens;
  return corpus.for_each_document([&](std::span<const std::uint8_t> text, bool held_out) -> Status {
    tokens.clear();
    CZIP_TRY(model.tokenizer.encode(text, tokens));
    sequences.add(tokens, held_out);
    return {};
  });
}

// Sets the parameters to those of the network to train further.
Status read_start(std::span<const std::uint8_t> network, const NetworkConfig& config,
                  const ModelParts& model, Parameters& parameters) {
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(network));
  CZIP_TRY_ASSIGN(const auto checked, load_network(file, model.tree));
  if (checked.network.config() != config)
    return fail(ErrorCode::invalid_argument,
                "the network to train further has another configuration than was asked for");
  return read_network(file, parameters);
}

Result<std::vector<std::uint8_t>> train(const Corpus& corpus, const ModelParts& model,
                                        const NetworkTrainingOptions& options) {
  NetworkConfig config = options.config;
  config.vocabulary = model.tree.size();
  if (config.gated != 0 || config.tied != 0)
    return fail(ErrorCode::unsupported, "only networks with squared ReLU and a head are trained");
  const HeadGroups groups(model.tree.order(),
                          TokenGroups(model.tree, config.group_size).first_ranks());
  nn::Sequences sequences(config.window + 1, config.window);
  CZIP_TRY(add_documents(corpus, model, sequences));
  Parameters parameters(config, groups.members.size(), options.seed);
  if (!options.network.empty()) CZIP_TRY(read_start(options.network, config, model, parameters));
  const auto make_pass = [&] {
    return nn::pass_with(NetworkPass(config, groups, kSequences, config.window), parameters);
  };
  CZIP_TRY(nn::train(options, sequences,
                     {.parameters = parameters,
                      .make_pass = make_pass,
                      .batch_tokens = std::size_t{options.batch_windows} * config.window,
                      .pass_sequences = kSequences}));
  return write_network(config, parameters);
}

}  // namespace
}  // namespace training

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

Result<std::vector<std::uint8_t>> train_network(const Corpus& corpus, const Model& model,
                                                const NetworkTrainingOptions& options) try {
  return training::train(corpus, model.parts(), options);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to train this network");
}

}  // namespace czip::v2
