// czip train: a czip-model-v2 from a corpus.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/codec/training.hpp"
#include "file_io.hpp"
#include "model_file.hpp"
#include "network_training.hpp"
#include "session.hpp"
#include "staged_output.hpp"
#include "targets.hpp"
#include "text.hpp"

namespace czip::tool {
namespace {

constexpr std::uint64_t kMaxCorpusFile = std::uint64_t{4} << 30;
// A longer document is cut at line ends, so that a single long file has parts to hold back.
constexpr std::size_t kLongDocument = std::size_t{1} << 18;
constexpr std::size_t kDocumentPart = std::size_t{1} << 16;

Status add_document(v2::Trainer& trainer, std::span<const std::uint8_t> text) {
  while (text.size() > kLongDocument) {
    const auto newline = std::find(text.begin() + std::ptrdiff_t{kDocumentPart}, text.end(), '\n');
    const auto size = static_cast<std::size_t>(newline - text.begin());
    if (size + 1 >= text.size()) break;
    if (auto added = trainer.add_document(text.first(size + 1)); !added) return added;
    text = text.subspan(size + 1);
  }
  return trainer.add_document(text);
}

// Documents end at zero bytes.
Status add_source(v2::Trainer& trainer, std::span<const std::uint8_t> text) {
  trainer.begin_source();
  while (!text.empty()) {
    const auto end = std::find(text.begin(), text.end(), std::uint8_t{0});
    const auto size = static_cast<std::size_t>(end - text.begin());
    if (auto added = add_document(trainer, text.first(size)); !added) return added;
    text = text.subspan(std::min(size + 1, text.size()));
  }
  return {};
}

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
        format("  %s: %s bytes of held-back text, %.4f bits per byte", part_.c_str(),
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

Status add_corpus(Session& session, v2::Trainer& trainer) {
  const ExitStatus read =
      for_each_input(session, session.arguments.files, [&](Input& input) -> Status {
        const auto text = read_whole(input, kMaxCorpusFile, "the largest file to train on");
        if (!text) return tl::unexpected(text.error());
        return add_source(trainer, *text);
      });
  // What failed has been reported; a model of the rest would not be what was asked for.
  if (read == ExitStatus::ok) return {};
  return fail(ErrorCode::io, "not trained, for part of the corpus could not be read");
}

// A model to add a network to, and its file, which it refers to.
struct BaseModel {
  std::vector<std::uint8_t> file;
  v2::Model model;
};

Result<BaseModel> parse_base(std::vector<std::uint8_t> file) {
  auto model = v2::Model::parse(file);
  if (!model) return tl::unexpected(model.error());
  return BaseModel{std::move(file), std::move(*model)};
}

Result<BaseModel> read_base(const std::string& name) {
  const auto path = find_model_file(name);
  if (!path) return tl::unexpected(path.error());
  auto file = read_file(*path);
  if (!file) return in_file(*path, file.error());
  auto base = parse_base(std::move(*file));
  if (!base) return in_file(*path, base.error());
  return base;
}

v2::TrainingOptions options_of(const Arguments& arguments, Report& report) {
  v2::TrainingOptions options;
  if (arguments.vocabulary != 0) options.vocabulary_size = arguments.vocabulary;
  if (arguments.prior_bytes != 0) options.prior_bytes = arguments.prior_bytes;
  options.threads = arguments.threads;
  options.description = arguments.description;
  options.progress = [&report](const v2::TrainingProgress& progress) { report(progress); };
  return options;
}

Status write_model(const Session& session, std::span<const std::uint8_t> model) {
  const Arguments& arguments = session.arguments;
  const std::string& path = arguments.output;
  if (auto written = write_file(path, model, arguments.force); !written) return written;
  session.console.note(format("%s: %s bytes, hash %s", printable(path).c_str(),
                              grouped(model.size()).c_str(),
                              to_hex(v2::Model::parse(model)->hash()).c_str()));
  return {};
}

// Trained now, or read.
Result<std::vector<std::uint8_t>> get_network(const Session& session, const v2::Trainer& trainer,
                                              const v2::Model& model) {
  const std::string& path = session.arguments.network;
  if (path.empty()) return train_network(session, trainer, model);
  auto network = read_file(path);
  if (!network) return in_file(path, network.error());
  return network;
}

Status train(Session& session) {
  const Arguments& arguments = session.arguments;
  std::optional<BaseModel> base;
  if (!arguments.from.empty()) {
    auto read = read_base(arguments.from);
    if (!read) return tl::unexpected(read.error());
    base = std::move(*read);
  }
  Report report(session);
  v2::Trainer trainer(options_of(arguments, report));
  if (auto added = add_corpus(session, trainer); !added) return added;
  if (!base) {
    auto model = trainer.train();
    if (!model) return tl::unexpected(model.error());
    if (!arguments.network_training.wanted()) return write_model(session, *model);
    auto parsed = parse_base(std::move(*model));
    if (!parsed) return tl::unexpected(parsed.error());
    base = std::move(*parsed);
  }
  const auto network = get_network(session, trainer, base->model);
  if (!network) return tl::unexpected(network.error());
  const auto model = trainer.add_network(base->model, *network);
  if (!model) return tl::unexpected(model.error());
  return write_model(session, *model);
}

}  // namespace

ExitStatus run_train(Session& session) {
  const auto trained = train(session);
  return trained ? ExitStatus::ok
                 : session.console.error(session.arguments.output, trained.error());
}

}  // namespace czip::tool
