#include <algorithm>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/parallel.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/codec/v2/scoring.hpp"
#include "v2/container/block_plan.hpp"
#include "v2/container/memory.hpp"
#include "v2/container/pass_progress.hpp"
#include "v2/container/stream_decoder.hpp"
#include "v2/scoring/block_scorer.hpp"

namespace czip::v2 {
namespace {

// Scores blocks in the order of the text and counts.
class Scoring {
 public:
  // `progress` gets the bytes that have been scored, and must outlive this.
  Scoring(const ScoreOptions& options, const Progress& progress, const ScoreVisitor& visit)
      : options_(&options),
        progress_(progress),
        visit_(&visit),
        scorer_(options.simd, thread_count(options.threads, kMaxThreads)) {}

  Status add(const Model& model, const BlockSettings& settings,
             std::span<const std::uint8_t> text) {
    const BlockScoreOptions options = options_here();
    CZIP_TRY(check_memory(model, settings, text.size(), options));
    PassProgress progress(progress_, text.size());
    progress.begin_last_pass();
    CZIP_TRY_ASSIGN(auto block, scorer_.score(model, settings, text, options, progress.report()));
    CZIP_TRY(hand_on(block));
    return progress.finish();
  }

  // Of a file, with the tokens that decoding gave.
  Status add_decoded(const DecodingTask& task) {
    const BlockScoreOptions options = options_here();
    const BlockSettings& settings = task.record.settings();
    CZIP_TRY(check_memory(*task.model, settings, task.text.size(), options));
    PassProgress progress(progress_, task.text.size());
    progress.begin_last_pass();
    CZIP_TRY_ASSIGN(auto block, scorer_.score_decoded(*task.model, settings, task.tokens, task.text,
                                                      options, progress.report()));
    CZIP_TRY(hand_on(block));
    return progress.finish();
  }

  Status add_stored(std::span<const std::uint8_t> text, std::size_t pattern) {
    CZIP_TRY_ASSIGN(auto block, scorer_.score_stored(text, pattern));
    CZIP_TRY(hand_on(block));
    return progress_.add(text.size());
  }

  [[nodiscard]] const ScoreReport& report() const { return report_; }

 private:
  [[nodiscard]] Status check_memory(const Model& model, const BlockSettings& settings,
                                    std::uint64_t text_bytes,
                                    const BlockScoreOptions& options) const {
    CZIP_TRY_ASSIGN(MemoryNeed need, coding_memory(model, settings, options_->simd, text_bytes));
    need.per_thread += scoring_bytes(text_bytes, options);
    CZIP_TRY(threads_within_limit(1, 1, options_->memory_limit, need));
    return {};
  }

  [[nodiscard]] BlockScoreOptions options_here() const {
    const CandidateOptions& candidates = options_->candidates;
    const std::uint64_t left =
        candidates.text_bytes - std::min(candidates.text_bytes, report_.text_bytes);
    return {.savings = options_->savings,
            .candidates = candidates.count,
            .candidate_text_bytes = candidates.count == 0 ? 0 : left};
  }

  Status hand_on(ScoredBlock& block) {
    block.text_offset = report_.text_bytes;
    CZIP_TRY((*visit_)(block));
    report_.text_bytes += block.text.size();
    report_.tokens += block.tokens.size();
    for (const TokenScore& token : block.tokens) report_.cost += token.cost;
    return {};
  }

  const ScoreOptions* options_;
  ProgressSum progress_;
  const ScoreVisitor* visit_;
  BlockScorer scorer_;
  ScoreReport report_;
};

// Progress of a file, whose every byte is decoded and then scored: both count half.
class FileProgress {
 public:
  explicit FileProgress(const Progress& progress) {
    if (!progress) return;
    decoding = [this, &progress](std::uint64_t bytes) {
      decoded_ = bytes;
      return progress((decoded_ + scored_) / 2);
    };
    scoring = [this, &progress](std::uint64_t bytes) {
      scored_ = bytes;
      return progress((decoded_ + scored_) / 2);
    };
  }
  FileProgress(const FileProgress&) = delete;
  FileProgress& operator=(const FileProgress&) = delete;
  ~FileProgress() = default;

  Progress decoding;
  Progress scoring;

 private:
  std::uint64_t decoded_ = 0;
  std::uint64_t scored_ = 0;
};

Status check_candidates(const ScoreOptions& options) {
  if (options.candidates.count <= kMaxCandidates) return {};
  return fail(ErrorCode::invalid_argument, std::to_string(options.candidates.count) +
                                               " candidates are more than " +
                                               std::to_string(kMaxCandidates));
}

}  // namespace

Result<ScoreReport> score(const Model& model, ByteSource& text, const ScoreOptions& options,
                          const ScoreVisitor& visit) try {
  CZIP_TRY(check_candidates(options));
  CZIP_TRY_ASSIGN(const LevelSettings level,
                  choose_settings(model, options.level, options.block_bytes));
  Scoring scoring(options, options.progress, visit);
  for (;;) {
    std::vector<std::uint8_t> block;
    CZIP_TRY(fill(text, level.block_bytes, block));
    if (block.empty()) return scoring.report();
    // The encoder tries all; the last has the longest contexts.
    const auto with_language_model = language_model_settings(model, level, block.size());
    CZIP_TRY(scoring.add(model,
                         with_language_model.empty() ? block_settings(model, level, block.size())
                                                     : with_language_model.back(),
                         block));
  }
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to score a text");
}

Result<ScoreReport> score_file(const ModelFinder& models, ByteSource& in,
                               const ScoreOptions& options, const ScoreVisitor& visit) try {
  CZIP_TRY(check_candidates(options));
  const FileProgress progress(options.progress);
  Scoring scoring(options, progress.scoring, visit);
  const DecodeOptions decoding{.threads = 1,
                               .simd = options.simd,
                               .progress = progress.decoding,
                               .memory_limit = options.memory_limit};
  StreamDecoder decoder(models, in, decoding, [&](const DecodingTask& task) -> Status {
    if (task.text.empty()) return {};
    const Record& record = task.record;
    if (record.coded()) return scoring.add_decoded(task);
    return scoring.add_stored(task.text, record.stored() ? 0 : record.block.payload_bytes);
  });
  decoder.keep_tokens();
  CodingContext context;
  CZIP_TRY(decoder.run(context));
  ScoreReport report = scoring.report();
  report.trailing = decoder.report().trailing;
  return report;
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to score a file");
}

}  // namespace czip::v2
