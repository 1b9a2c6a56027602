#include "network_training.hpp"

#include <string>

#include "czip/codec/network_training.hpp"
#include "czip/codec/network_v1_training.hpp"
#include "czip/engine/network_v2.hpp"
#include "czip/engine/safetensors.hpp"
#include "file_io.hpp"
#include "model_file.hpp"
#include "staged_output.hpp"
#include "text.hpp"

namespace czip::tool {
namespace {

v2::NetworkSize size_of(const std::string& name) {
  if (name == "small") return v2::NetworkSize::small;
  return name == "large" ? v2::NetworkSize::large : v2::NetworkSize::base;
}

std::string describe(const v2::NetworkProgress& progress) {
  std::string text = format("  %5.1f %%, %.2f million tokens, %.0f a second, %.4f bits per byte",
                            100 * progress.fraction, static_cast<double>(progress.tokens) / 1e6,
                            progress.tokens_per_second, progress.training_bits);
  if (progress.seconds_left > 0) text += format(", %.0f minutes left", progress.seconds_left / 60);
  if (progress.held_back_bits > 0)
    text += format("; held-back text: %.4f bits per byte", progress.held_back_bits);
  return text;
}

// What the arguments say of the training of either format's network.
Status set_options(const Session& session, v2::NetworkRunOptions& options) {
  const NetworkArguments& arguments = session.arguments.network_training;
  options.tokens = arguments.tokens;
  options.seconds = 60.0 * arguments.minutes;
  options.seed = arguments.seed;
  options.threads = session.arguments.threads;
  options.progress = [&session](const v2::NetworkProgress& progress) {
    session.console.note(describe(progress));
  };
  if (arguments.checkpoint.empty()) return {};
  options.save_checkpoint = [&arguments](std::span<const std::uint8_t> bytes) {
    return write_file(arguments.checkpoint, bytes, true);
  };
  if (!arguments.resume) return {};
  auto checkpoint = read_file(arguments.checkpoint);
  if (!checkpoint) return in_file(arguments.checkpoint, checkpoint.error());
  options.checkpoint = std::move(*checkpoint);
  return {};
}

Result<NetworkV2Config> config_of(std::span<const std::uint8_t> network) {
  const auto file = SafetensorsFile::parse(network);
  if (!file) return tl::unexpected(file.error());
  return NetworkV2::read_config(*file);
}

// On so many bytes of the documents, evenly spread over them, that more would change few tokens.
Result<std::string> train_tokenizer(const v2::Trainer& corpus) {
  constexpr std::uint64_t kEnough = std::uint64_t{64} << 20;
  std::uint64_t size = 0;
  auto counted = corpus.for_each_document([&size](std::span<const std::uint8_t> text, bool) {
    size += text.size();
    return Status{};
  });
  if (!counted) return tl::unexpected(counted.error());
  const std::uint64_t stride = size / kEnough + 1;
  auto trainer = v1::TokenizerTrainer::create();
  if (!trainer) return tl::unexpected(trainer.error());
  std::uint64_t document = 0;
  auto added =
      corpus.for_each_document([&](std::span<const std::uint8_t> text, bool held_back) -> Status {
        if (held_back || document++ % stride != 0) return {};
        return trainer->add_document(text);
      });
  if (!added) return tl::unexpected(added.error());
  return trainer->train();
}

}  // namespace

Result<std::vector<std::uint8_t>> train_network(const Session& session, const v2::Trainer& trainer,
                                                const v2::Model& model,
                                                std::vector<std::uint8_t> start) {
  const NetworkArguments& arguments = session.arguments.network_training;
  v2::NetworkTrainingOptions options;
  options.config = v2::network_config(size_of(arguments.size));
  if (!session.arguments.network.empty()) {
    const auto config = config_of(start);
    if (!config) return in_file(session.arguments.network, config.error());
    options.config = *config;
    options.network = std::move(start);
  }
  if (auto set = set_options(session, options); !set) return tl::unexpected(set.error());
  session.console.note("training: network");
  v2::NetworkTrainer network(std::move(options), model);
  auto added = trainer.for_each_document([&](std::span<const std::uint8_t> text, bool held_back) {
    return network.add_document(text, held_back);
  });
  if (!added) return tl::unexpected(added.error());
  auto file = network.train();
  if (!file || arguments.save.empty()) return file;
  if (auto written = write_file(arguments.save, *file, session.arguments.force); !written)
    return tl::unexpected(written.error());
  return file;
}

Result<std::vector<std::uint8_t>> train_model_v1(const Session& session,
                                                 const v2::Trainer& corpus) {
  v1::NetworkTrainingOptions options;
  options.description = session.arguments.description;
  if (auto set = set_options(session, options); !set) return tl::unexpected(set.error());
  session.console.note("training: tokenizer");
  auto tokenizer = train_tokenizer(corpus);
  if (!tokenizer) return tl::unexpected(tokenizer.error());
  session.console.note("training: tokens");
  auto network = v1::NetworkTrainer::create(std::move(options), std::move(*tokenizer));
  if (!network) return tl::unexpected(network.error());
  auto added = corpus.for_each_document([&](std::span<const std::uint8_t> text, bool held_back) {
    return network->add_document(text, held_back);
  });
  if (!added) return tl::unexpected(added.error());
  session.console.note("training: network");
  return network->train();
}

}  // namespace czip::tool
