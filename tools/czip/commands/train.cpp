// czip train: makes a model from texts.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/training/corpus.hpp"
#include "czip/training/v2/model_trainer.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"
#include "models/model_file.hpp"
#include "training/corpus.hpp"
#include "training/network.hpp"
#include "training/prior.hpp"

namespace czip::tool {
namespace {

class Report {
 public:
  explicit Report(const Session& session) : session_(&session) {}

  void operator()(const v2::TrainingProgress& progress) {
    if (!bar_ || progress.stage != stage_ || progress.part != part_) begin(progress);
    bar_->update(progress.done);
    if (progress.bits_per_byte > 0) report_bits(progress);
  }

  // What follows is no stage.
  void end() { bar_.reset(); }

 private:
  static constexpr std::uint64_t kReportEvery = 1'000'000;

  // A part of a stage, or a stage without parts.
  void begin(const v2::TrainingProgress& progress) {
    bar_.reset();
    if (progress.stage != stage_) {
      stage_ = progress.stage;
      session_->console.note("training: " + stage_);
    }
    part_ = progress.part;
    reported_ = 0;
    bar_.emplace(part_.empty() ? stage_ : stage_ + ", " + part_, progress.total,
                 session_->wants_progress(), std::string(progress.unit));
  }

  void report_bits(const v2::TrainingProgress& progress) {
    const std::string line =
        format("  %s: %s bytes of held-out text, %.4f bits per byte", part_.c_str(),
               grouped(progress.done).c_str(), progress.bits_per_byte);
    if (progress.done < progress.total && progress.done < reported_ + kReportEvery) return;
    if (progress.done == progress.total) {
      session_->console.note(line);
    } else {
      session_->console.detail(line);
      reported_ = progress.done;
    }
  }

  const Session* session_;
  std::string stage_;
  std::string part_;
  std::optional<ProgressBar> bar_;
  std::uint64_t reported_ = 0;
};

// The model to which a network or a prior is added. It refers to its file.
struct BaseModel {
  std::string path;  // for messages; empty: it was made here
  FileContent file;  // empty: it is built in
  v2::Model model;
};

Result<BaseModel> parse_base(std::vector<std::uint8_t> file) {
  CZIP_TRY_ASSIGN(auto model, v2::Model::parse(file));
  return BaseModel{{}, FileContent(std::move(file)), std::move(model)};
}

Result<BaseModel> read_base(const std::string& name) {
  CZIP_TRY_ASSIGN(auto file, read_named_model(name));
  CZIP_TRY_ASSIGN(auto model, parse_v2_model(file));
  return BaseModel{std::move(file.path), std::move(file.content), std::move(model)};
}

v2::TrainingOptions options_of(const Arguments& arguments, Report& report) {
  v2::TrainingOptions options;
  if (arguments.vocabulary != 0) options.vocabulary_size = arguments.vocabulary;
  if (arguments.prior_bytes != 0) options.prior_bytes = arguments.prior_bytes;
  options.recurrent_epochs = arguments.epochs;
  options.lone_documents = arguments.records.has_value();
  options.threads = arguments.threads;
  options.description = arguments.description;
  options.progress = [&report](const v2::TrainingProgress& progress) -> Status {
    report(progress);
    return {};
  };
  return options;
}

void note_model(const Session& session, std::uint64_t bytes, std::string_view hash) {
  session.console.note(format("%s: %s bytes, hash %s", printable(session.arguments.output).c_str(),
                              grouped(bytes).c_str(), std::string(hash).c_str()));
}

Status write_model(const Session& session, std::span<const std::uint8_t> model) {
  const Arguments& arguments = session.arguments;
  const std::string& path = arguments.output;
  const auto written = write_file(path, model, arguments.force);
  if (!written) return failure_in(path, written.error());
  const auto file = safetensors::File::parse(model);
  const auto hash = file ? safetensors::stated_hash(*file) : std::nullopt;
  note_model(session, model.size(), hash.value_or("unknown"));
  return {};
}

// The file of --network, which must fit the model of --from; empty where there is none.
Result<std::vector<std::uint8_t>> read_network(const Session& session,
                                               const std::optional<BaseModel>& base) {
  const std::string& path = session.arguments.network;
  if (path.empty() || !base) return std::vector<std::uint8_t>{};
  const auto network = read_model_file(path, InputRole::helper);
  if (!network) return failure_in(path, network.error());
  const auto bytes = network->bytes();
  const auto fits = v2::check_network(base->model, bytes);
  if (!fits) return failure_in(path, fits.error());
  return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

bool name_one_file(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto plain = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  };
  return std::filesystem::equivalent(a, b, error) || plain(a) == plain(b);
}

// Fails before hours of training rather than after. No output may be an input or another output.
Status check_outputs(const Arguments& arguments) {
  const NetworkArguments& network = arguments.network_training;
  const bool own_checkpoint = arguments.force || arguments.resume;
  CZIP_TRY(check_output_file(arguments.output, arguments.force));
  CZIP_TRY(check_output_file(network.save, arguments.force));
  CZIP_TRY(check_output_file(arguments.checkpoint, own_checkpoint));
  std::vector<std::string> paths{arguments.output, network.save, arguments.checkpoint};
  std::erase(paths, "");
  for (std::size_t i = 0; i < paths.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (name_one_file(paths[i], paths[j]))
        return usage_error(printable(paths[i]) + " is named as two outputs; name another file");
  return {};
}

// Whether a file can be created beside `path`: its folder exists and is writable, and its name is
// not too long.
Status check_writable(const std::string& path) {
  std::error_code error;
  if (path.empty() ||
      (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)))
    return {};
  const auto probe = StagedOutput::create({.path = path, .is_stream = false, .replace = true});
  return probe ? Status{} : failure_in(path, probe.error());
}

// What would fail after the work is refused before it.
Status check_possible(const Arguments& arguments) {
  const NetworkArguments& network = arguments.network_training;
  if (network.wanted() || arguments.format == 1) CZIP_TRY(can_train_networks());
  for (const std::string& path : {arguments.output, network.save, arguments.checkpoint})
    CZIP_TRY(check_writable(path));
  return arguments.resume ? check_checkpoint_file(arguments.checkpoint) : Status{};
}

// The texts, which must not be outputs. Directories are known only now.
Result<Corpus> read_texts(Session& session) {
  auto corpus = read_corpus(session);
  CZIP_TRY(corpus);
  CZIP_TRY(check_outputs(session.arguments));
  return corpus;
}

Status train_v1(Session& session) {
  CZIP_TRY_ASSIGN(const auto corpus, read_texts(session));
  CZIP_TRY_ASSIGN(const auto model, train_model_v1(session, corpus));
  return write_model(session, model);
}

// Gives the language model of `base` a prior of the texts.
Status train_prior(Session& session, const BaseModel& base) {
  CZIP_TRY(check_prior_arguments(session.arguments, base.path));
  CZIP_TRY_ASSIGN(const auto corpus, read_texts(session));
  CZIP_TRY_ASSIGN(const auto written, write_with_prior(session, base.model, base.path, corpus));
  note_model(session, written.model_bytes, to_hex(written.model_hash));
  session.console.note(format("  its prior: %s tokens, which stand for %s bytes of text",
                              grouped(written.tokens).c_str(),
                              grouped(written.text_bytes).c_str()));
  return {};
}

Status train_v2(Session& session) {
  const Arguments& arguments = session.arguments;
  std::optional<BaseModel> base;
  if (!arguments.from.empty()) {
    CZIP_TRY_ASSIGN(auto read, read_base(arguments.from));
    base = std::move(read);
  }
  if (base && base->model.has_language_model()) return train_prior(session, *base);
  if (base && arguments.network.empty() && !arguments.network_training.wanted())
    return usage_error("--from MODEL needs a network: --network FILE, --minutes or --tokens");
  CZIP_TRY_ASSIGN(auto given_network, read_network(session, base));
  Report report(session);
  const v2::TrainingOptions options = options_of(arguments, report);
  CZIP_TRY_ASSIGN(const auto corpus, read_texts(session));
  if (!base) {
    CZIP_TRY_ASSIGN(auto model, v2::train_model(corpus, options));
    report.end();
    if (!arguments.network_training.wanted()) return write_model(session, model);
    CZIP_TRY_ASSIGN(auto parsed, parse_base(std::move(model)));
    base = std::move(parsed);
  }
  if (arguments.network_training.wanted()) {
    CZIP_TRY_ASSIGN(given_network,
                    train_network(session, corpus, base->model, std::move(given_network)));
  }
  CZIP_TRY_ASSIGN(const auto model, v2::add_network(base->model, given_network, corpus, options));
  report.end();
  return write_model(session, model);
}

}  // namespace

ExitStatus run_train(Session& session) {
  if (const auto checked = check_outputs(session.arguments); !checked)
    return session.console.error("", checked.error());
  if (const auto possible = check_possible(session.arguments); !possible)
    return session.console.error("", possible.error());
  const auto trained = session.arguments.format == 1 ? train_v1(session) : train_v2(session);
  return trained ? ExitStatus::ok : session.console.error("", trained.error());
}

}  // namespace czip::tool
