#include "v2/mixer/network_addition.hpp"

#include <string>
#include <utility>

#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/identity.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "v2/mixer/held_out_texts.hpp"
#include "v2/mixer/mixer_trainer.hpp"
#include "v2/model_writer.hpp"
#include "v2/progress.hpp"

namespace czip::v2::training {
namespace {

std::vector<std::uint16_t> ranks_of(const CodeTree& tree) {
  std::vector<std::uint16_t> ranks;
  for (std::uint32_t token = 0; token < tree.size(); ++token) {
    ranks.push_back(static_cast<std::uint16_t>(tree.rank(token)));
  }
  return ranks;
}

// A network may come in a file of its own or in a model. Both state a hash.
Status check_hash(const safetensors::File& file) {
  const auto format = file.metadata().find(kFormatKey);
  if (format != file.metadata().end() && format->second == kModelFormat)
    return safetensors::check_stated_hash(file, model_hash(file));
  if (!safetensors::stated_hash(file)) return {};
  return safetensors::check_stated_hash(file, safetensors::content_hash(file));
}

Result<ModelNetwork> read_network(const ModelParts& model, const safetensors::File& file) {
  CZIP_TRY(check_hash(file));
  return load_network(file, model.tree);
}

}  // namespace

Status check_network_of(const ModelParts& model, std::span<const std::uint8_t> network_file) {
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(network_file));
  CZIP_TRY(read_network(model, file));
  return {};
}

Result<std::vector<std::uint8_t>> add_network_to(const ModelParts& model,
                                                 std::span<const std::uint8_t> network_file,
                                                 const Corpus& corpus,
                                                 const TrainingOptions& options) {
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(network_file));
  const auto network = read_network(model, file);
  CZIP_TRY(network);
  CZIP_TRY_ASSIGN(auto texts, held_out_texts(corpus, model.tokenizer, ranks_of(model.tree),
                                             options.network_mixer_bytes, options.lone_documents));
  const ProgressReporter reporter(options.progress, texts);
  CZIP_TRY_ASSIGN(const RecurrentNetwork* const recurrent,
                  recurrent_network_of(model, best_simd_level()));
  const PredictorTables tables{&model.logistic, &model.tree, &model.prior, recurrent};
  // The states with the network start from those without it: learning the weight of one more input
  // takes less text than learning all weights. The states without it are trained on these texts
  // only to report what the network is worth.
  TrainedStates states;
  for (std::size_t i = 0; i < states.size(); ++i) states[i] = state_of(model, i, false);
  const auto train = [&](const ModelNetwork* with, const char* part) {
    return train_mixer(tables, model.tokenizer, with, states, kFirstNetworkProfile, texts,
                       reporter.mixer(part));
  };
  CZIP_TRY(train(nullptr, " without the network"));
  CZIP_TRY_ASSIGN(states, train(&*network, " with the network"));
  return write_model_with_network(model.file, file, options.description, states);
}

}  // namespace czip::v2::training
