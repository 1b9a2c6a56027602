// czip train: a czip-model-v2 from a corpus.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "czip/codec/training.hpp"
#include "file_io.hpp"
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
    if (session_->console.quiet()) return;
    if (progress.stage != stage_) {
      stage_ = progress.stage;
      session_->console.note("training: " + stage_);
    }
    if (progress.bits_per_byte <= 0 || progress.done < reported_ + kReportEvery) {
      if (progress.done < reported_) reported_ = 0;  // the next profile has begun
      return;
    }
    reported_ = progress.done;
    session_->console.detail(format("  %s bytes of held-back text: %.4f bits per byte",
                                    grouped(progress.done).c_str(), progress.bits_per_byte));
  }

 private:
  static constexpr std::uint64_t kReportEvery = 1'000'000;

  const Session* session_;
  std::string stage_;
  std::uint64_t reported_ = 0;
};

Status train(Session& session) {
  const Arguments& arguments = session.arguments;
  Report report(session);
  v2::TrainingOptions options;
  if (arguments.vocabulary != 0) options.vocabulary_size = arguments.vocabulary;
  if (arguments.prior_bytes != 0) options.prior_bytes = arguments.prior_bytes;
  options.threads = arguments.threads;
  options.description = arguments.description;
  options.progress = [&report](const v2::TrainingProgress& progress) { report(progress); };
  v2::Trainer trainer(std::move(options));
  Status fault;
  const ExitStatus read = for_each_input(session, arguments.files, [&](Input& input) -> Status {
    const auto text = read_whole(input, kMaxCorpusFile, "the largest file to train on");
    if (!text) return tl::unexpected(text.error());
    return add_source(trainer, *text);
  });
  // What failed has been reported; a model of the rest would not be what was asked for.
  if (read != ExitStatus::ok) {
    return fail(ErrorCode::io, "not trained, for part of the corpus could not be read");
  }
  const auto model = trainer.train();
  if (!model) return tl::unexpected(model.error());
  OutputPlan plan{.path = arguments.output, .is_stream = false, .replace = arguments.force};
  auto output = StagedOutput::create(plan);
  if (!output) return tl::unexpected(output.error());
  if (auto written = write_all(output->fd(), *model, plan.path); !written) return written;
  if (auto published = output->publish(Input{}); !published) return published;
  session.console.note(format("%s: %s bytes, hash %s", printable(plan.path).c_str(),
                              grouped(model->size()).c_str(),
                              to_hex(v2::Model::parse(*model)->hash()).c_str()));
  return {};
}

}  // namespace

ExitStatus run_train(Session& session) {
  const auto trained = train(session);
  return trained ? ExitStatus::ok
                 : session.console.error(session.arguments.output, trained.error());
}

}  // namespace czip::tool
