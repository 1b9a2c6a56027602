// czip train: makes a model from texts.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/outputs.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/training/corpus.hpp"
#include "czip/training/v2/model_trainer.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"
#include "models/model_file.hpp"
#include "training/corpus.hpp"
#include "training/network.hpp"

namespace czip::tool {
namespace {

class Report {
 public:
  explicit Report(const Session& session) : session_(&session) {}

  void operator()(const v2::TrainingProgress& progress) {
    if (progress.stage != stage_) {
      stage_ = progress.stage;
      session_->console.note("training: " + stage_);
    }
    if (progress.part != part_) {
      part_ = progress.part;
      reported_ = 0;
    }
    if (progress.bits_per_byte > 0) report_bits(progress);
  }

 private:
  static constexpr std::uint64_t kReportEvery = 1'000'000;

  void report_bits(const v2::TrainingProgress& progress) {
    const std::string line =
        format("  %s: %s bytes of held-out text, %.4f bits per byte", part_.c_str(),
               grouped(progress.done).c_str(), progress.bits_per_byte);
    if (progress.done == progress.total) {
      session_->console.note(line);
    } else if (progress.done >= reported_ + kReportEvery) {
      session_->console.detail(line);
      reported_ = progress.done;
    }
  }

  const Session* session_;
  std::string stage_;
  std::string part_;
  std::uint64_t reported_ = 0;
};

// The model to which a network is added. It refers to its file.
struct BaseModel {
  std::vector<std::uint8_t> file;
  v2::Model model;
};

Result<BaseModel> parse_base(std::vector<std::uint8_t> file) {
  CZIP_TRY_ASSIGN(auto model, v2::Model::parse(file));
  return BaseModel{std::move(file), std::move(model)};
}

Result<BaseModel> read_base(const std::string& name) {
  CZIP_TRY_ASSIGN(const auto path, find_model_file(name));
  auto file = read_file(path);
  if (!file) return failure_in(path, file.error());
  auto base = parse_base(std::move(*file));
  if (!base) return failure_in(path, base.error());
  return base;
}

v2::TrainingOptions options_of(const Arguments& arguments, Report& report) {
  v2::TrainingOptions options;
  if (arguments.vocabulary != 0) options.vocabulary_size = arguments.vocabulary;
  if (arguments.prior_bytes != 0) options.prior_bytes = arguments.prior_bytes;
  options.threads = arguments.threads;
  options.description = arguments.description;
  options.progress = [&report](const v2::TrainingProgress& progress) -> Status {
    report(progress);
    return {};
  };
  return options;
}

Status write_model(const Session& session, std::span<const std::uint8_t> model) {
  const Arguments& arguments = session.arguments;
  const std::string& path = arguments.output;
  CZIP_TRY(write_file(path, model, arguments.force));
  const auto file = safetensors::File::parse(model);
  const auto hash = file ? safetensors::stated_hash(*file) : std::nullopt;
  session.console.note(format("%s: %s bytes, hash %s", printable(path).c_str(),
                              grouped(model.size()).c_str(),
                              std::string(hash.value_or("unknown")).c_str()));
  return {};
}

// The network, which is trained now, read from a file, or read and trained further.
Result<std::vector<std::uint8_t>> get_network(const Session& session, const Corpus& corpus,
                                              const v2::Model& model) {
  const std::string& path = session.arguments.network;
  std::vector<std::uint8_t> given;
  if (!path.empty()) {
    auto network = read_file(path);
    if (!network) return failure_in(path, network.error());
    given = std::move(*network);
  }
  if (!session.arguments.network_training.wanted()) return given;
  return train_network(session, corpus, model, std::move(given));
}

// Fails before hours of training rather than after.
Status check_outputs(const Arguments& arguments) {
  for (const std::string& path : {arguments.output, arguments.network_training.save}) {
    std::error_code error;
    if (!path.empty() && !arguments.force && std::filesystem::exists(path, error))
      return already_exists(path);
  }
  return {};
}

Status train_v1(Session& session) {
  CZIP_TRY_ASSIGN(const auto corpus, read_corpus(session));
  CZIP_TRY_ASSIGN(const auto model, train_model_v1(session, corpus));
  return write_model(session, model);
}

Status train_v2(Session& session) {
  const Arguments& arguments = session.arguments;
  std::optional<BaseModel> base;
  if (!arguments.from.empty()) {
    CZIP_TRY_ASSIGN(auto read, read_base(arguments.from));
    base = std::move(read);
  }
  Report report(session);
  const v2::TrainingOptions options = options_of(arguments, report);
  CZIP_TRY_ASSIGN(const auto corpus, read_corpus(session));
  if (!base) {
    CZIP_TRY_ASSIGN(auto model, v2::train_model(corpus, options));
    if (!arguments.network_training.wanted()) return write_model(session, model);
    CZIP_TRY_ASSIGN(auto parsed, parse_base(std::move(model)));
    base = std::move(parsed);
  }
  CZIP_TRY_ASSIGN(const auto network, get_network(session, corpus, base->model));
  CZIP_TRY_ASSIGN(const auto model, v2::add_network(base->model, network, corpus, options));
  return write_model(session, model);
}

}  // namespace

ExitStatus run_train(Session& session) {
  if (const auto checked = check_outputs(session.arguments); !checked)
    return session.console.error("", checked.error());
  const auto trained = session.arguments.format == 1 ? train_v1(session) : train_v2(session);
  return trained ? ExitStatus::ok
                 : session.console.error(session.arguments.output, trained.error());
}

}  // namespace czip::tool
