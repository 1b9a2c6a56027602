#include "training/network.hpp"

#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v2/network.hpp"
#include "czip/training/v1/model_trainer.hpp"
#include "czip/training/v2/network_trainer.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"

namespace czip::tool {
namespace {

v2::NetworkSize size_of(const std::string& name) {
  if (name == "small") return v2::NetworkSize::small;
  return name == "large" ? v2::NetworkSize::large : v2::NetworkSize::base;
}

std::string describe(const nn::Progress& progress) {
  std::string text = format("  %5.1f %%, %.2f million tokens, %.0f a second, %.4f bits per byte",
                            100 * progress.fraction, static_cast<double>(progress.tokens) / 1e6,
                            progress.tokens_per_second, progress.training_bits);
  if (progress.seconds_left > 0) text += format(", %.0f minutes left", progress.seconds_left / 60);
  if (progress.held_out_bits > 0)
    text += format("; held-out text: %.4f bits per byte", progress.held_out_bits);
  return text;
}

// Sets the options that the networks of both formats share.
Status set_options(const Session& session, nn::RunOptions& options) {
  const NetworkArguments& arguments = session.arguments.network_training;
  options.tokens = arguments.tokens;
  options.seconds = 60.0 * arguments.minutes;
  options.seed = arguments.seed;
  options.threads = session.arguments.threads;
  options.progress = [&session](const nn::Progress& progress) -> Status {
    session.console.note(describe(progress));
    return {};
  };
  const std::string& path = session.arguments.checkpoint;
  if (path.empty()) return {};
  options.save_checkpoint = [&path](std::span<const std::uint8_t> bytes) {
    const auto written = write_file(path, bytes, true);
    return written ? Status{} : failure_in(path, written.error());
  };
  if (!session.arguments.resume) return {};
  auto checkpoint = read_regular_file(path, std::nullopt);
  if (!checkpoint) return failure_in(path, checkpoint.error());
  options.checkpoint = std::move(*checkpoint);
  return {};
}

Result<v2::NetworkConfig> config_of(std::span<const std::uint8_t> network) {
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(network));
  return v2::Network::read_config(file);
}

Result<std::string> train_tokenizer_v1(const Session& session, const Corpus& corpus) {
  ProgressBar progress("tokenizer", 0, session.wants_progress());
  return v1::train_tokenizer(corpus,
                             [&progress](std::uint64_t done, std::uint64_t total) -> Status {
                               progress.expect(total);
                               progress.update(done);
                               return {};
                             });
}

}  // namespace

Status can_train_networks() { return {}; }

Status check_checkpoint_file(const std::string& path) {
  // No input that must be kept: the training writes it again.
  const auto checkpoint = read_regular_file(path, std::nullopt);
  if (!checkpoint) return failure_in(path, checkpoint.error());
  const auto sound = nn::check_checkpoint(*checkpoint);
  return sound ? Status{} : failure_in(path, sound.error());
}

Result<std::vector<std::uint8_t>> train_network(const Session& session, const Corpus& corpus,
                                                const v2::Model& model,
                                                std::vector<std::uint8_t> start) {
  const NetworkArguments& arguments = session.arguments.network_training;
  v2::NetworkTrainingOptions options;
  options.config = v2::network_config(size_of(arguments.size));
  if (!session.arguments.network.empty()) {
    const auto config = config_of(start);
    if (!config) return failure_in(session.arguments.network, config.error());
    options.config = *config;
    options.network = std::move(start);
  }
  CZIP_TRY(set_options(session, options));
  session.console.note("training: network");
  auto file = v2::train_network(corpus, model, options);
  if (!file || arguments.save.empty()) return file;
  const auto written = write_file(arguments.save, *file, session.arguments.force);
  if (!written) return failure_in(arguments.save, written.error());
  return file;
}

Result<std::vector<std::uint8_t>> train_model_v1(const Session& session, const Corpus& corpus) {
  v1::NetworkTrainingOptions options;
  options.description = session.arguments.description;
  CZIP_TRY(set_options(session, options));
  session.console.note("training: tokenizer");
  CZIP_TRY_ASSIGN(const auto tokenizer, train_tokenizer_v1(session, corpus));
  session.console.note("training: network");
  return v1::train_model(corpus, tokenizer, options);
}

}  // namespace czip::tool
