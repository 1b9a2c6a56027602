#include "network_training.hpp"

#include <string>

#include "czip/codec/network_training.hpp"
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

// All but the checkpoint.
v2::NetworkTrainingOptions options_of(const Session& session) {
  const NetworkArguments& arguments = session.arguments.network_training;
  v2::NetworkTrainingOptions options;
  options.config = v2::network_config(size_of(arguments.size));
  options.tokens = arguments.tokens;
  options.seconds = 60.0 * arguments.minutes;
  options.threads = session.arguments.threads;
  options.progress = [&session](const v2::NetworkProgress& progress) {
    session.console.note(describe(progress));
  };
  if (!arguments.checkpoint.empty()) {
    options.save_checkpoint = [&arguments](std::span<const std::uint8_t> bytes) {
      return write_file(arguments.checkpoint, bytes, true);
    };
  }
  return options;
}

}  // namespace

Result<std::vector<std::uint8_t>> train_network(const Session& session, const v2::Trainer& trainer,
                                                const v2::Model& model) {
  const NetworkArguments& arguments = session.arguments.network_training;
  v2::NetworkTrainingOptions options = options_of(session);
  if (arguments.resume) {
    auto checkpoint = read_file(arguments.checkpoint);
    if (!checkpoint) return in_file(arguments.checkpoint, checkpoint.error());
    options.checkpoint = std::move(*checkpoint);
  }
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

}  // namespace czip::tool
