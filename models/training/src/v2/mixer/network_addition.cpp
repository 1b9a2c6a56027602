#include "v2/mixer/network_addition.hpp"

#include <string>
#include <utility>

#include "czip/codec/v2/model/network.hpp"
#include "v2/mixer/mixer_trainer.hpp"
#include "v2/mixer/network_recorder.hpp"
#include "v2/model_writer.hpp"
#include "v2/progress.hpp"

namespace czip::v2 {
namespace {

std::vector<std::uint16_t> ranks_of(const CodeTree& tree) {
  std::vector<std::uint16_t> ranks;
  for (std::uint32_t token = 0; token < tree.size(); ++token) {
    ranks.push_back(static_cast<std::uint16_t>(tree.rank(token)));
  }
  return ranks;
}

}  // namespace

Result<std::vector<std::uint8_t>> add_network_to(const ModelParts& model,
                                                 std::span<const std::uint8_t> network_file,
                                                 std::span<const Source> sources,
                                                 const TrainingOptions& options) {
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(network_file));
  const auto network = load_network(file, model.tree);
  CZIP_TRY(network);
  CZIP_TRY_ASSIGN(auto texts, held_out_texts(sources, model.tokenizer, ranks_of(model.tree),
                                             options.network_mixer_bytes));
  const ProgressReporter reporter(options.progress, texts);
  const PredictorTables tables{&model.logistic, &model.tree, &model.prior};
  // The states without the network are where those with it begin: it takes less text to learn how
  // much to heed one more input than to learn all of them. They are trained on these texts as well
  // only to see what the network is worth.
  const auto train = [&](const char* part) {
    return train_mixer(tables, model.tokenizer, model.states, kFirstNetworkProfile, texts,
                       reporter.mixer(part));
  };
  train(" without the network");
  CZIP_TRY(record_network(*network, model.tree, model.logistic, texts, options.threads,
                          reporter.network()));
  const TrainedStates states = train(" with the network");
  return write_model_with_network(model.file, file, options.description, states);
}

}  // namespace czip::v2
