#include "scoring/scored_text.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/progress.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/scoring.hpp"
#include "czip/codec/v2/scoring.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

// Takes what the codec scores.
class Collector {
 public:
  Collector(const ScoreWishes& wishes, std::uint64_t text_bytes, ScoredText& scored)
      : wishes_(&wishes), scored_(&scored) {
    if (wishes.curve_points == 0 || text_bytes == 0) return;
    // Points of fewer bytes than a token has would say nothing.
    constexpr std::uint64_t kLeastStep = 16;
    scored.curve_step =
        std::max((text_bytes + wishes.curve_points - 1) / wishes.curve_points, kLeastStep);
    // What is left after the last whole step is counted with it: a few bytes alone vary too much.
    const std::uint64_t steps = std::max<std::uint64_t>(text_bytes / scored.curve_step, 1);
    scored.curve.assign(static_cast<std::size_t>(steps), 0);
  }

  Status add(const ScoredBlock& block) {
    std::uint64_t at = block.text_offset;
    for (std::size_t i = 0; i < block.tokens.size(); ++i) {
      const TokenScore& token = block.tokens[i];
      if (at < wishes_->detail_bytes) CZIP_TRY(add_detail(block, i));
      if (!scored_->curve.empty()) add_to_curve(at, token);
      at += token.bytes;
    }
    if (wishes_->savings) add_savings(block);
    return {};
  }

 private:
  Status add_detail(const ScoredBlock& block, std::size_t i) {
    std::uint64_t& memory = scored_->detail_memory;
    memory += sizeof(TokenScore) + (wishes_->savings ? sizeof(PartSavings) : 0);
    scored_->tokens.push_back(block.tokens[i]);
    if (wishes_->savings)
      scored_->token_savings.push_back(block.savings.empty() ? PartSavings{} : block.savings[i]);
    const std::size_t per_token = wishes_->candidates;
    for (std::size_t k = i * per_token; k < (i + 1) * per_token; ++k) {
      const Candidate candidate = k < block.candidates.size() ? block.candidates[k] : Candidate{};
      memory += sizeof(ScoredText::NamedCost) + candidate.bytes.size();
      scored_->candidates.push_back({std::string(candidate.bytes), candidate.cost});
    }
    if (memory <= wishes_->detail_memory) return {};
    return fail(ErrorCode::over_limit,
                "to show " + grouped(scored_->tokens.size()) +
                    " tokens takes more memory than the limit; --detail BYTES shows fewer");
  }

  void add_to_curve(std::uint64_t at, const TokenScore& token) {
    std::uint64_t left = token.cost;
    for (std::uint32_t byte = 0; byte < token.bytes; ++byte) {
      const std::uint64_t share = left / (token.bytes - byte);
      const auto step = static_cast<std::size_t>((at + byte) / scored_->curve_step);
      scored_->curve[std::min(step, scored_->curve.size() - 1)] += share;
      left -= share;
    }
  }

  void add_savings(const ScoredBlock& block) {
    scored_->has_savings = scored_->has_savings || !block.savings.empty();
    for (const PartSavings& token : block.savings)
      for (std::size_t part = 0; part < kPredictorParts; ++part)
        scored_->savings[part] += token[part];
  }

  const ScoreWishes* wishes_;
  ScoredText* scored_;
};

Result<ScoreReport> score_v1(const Session& session, const v1::Model& model, const Subject& subject,
                             const ScoreWishes& wishes, const Progress& progress,
                             const ScoreVisitor& visit, std::string& how) {
  const Arguments& arguments = session.arguments;
  // A higher level is meant for a model of the other format beside this one.
  const bool has_level = arguments.level && *arguments.level <= v1::kMaxLevel;
  const std::optional<int> level = has_level ? arguments.level : std::nullopt;
  v1::ScoreOptions options{
      .level = level,
      .simd = session.simd(),
      .dialect = arguments.dialect.value_or(v1::Dialect::rust),
      .candidates = {.count = wishes.candidates, .text_bytes = wishes.detail_bytes},
      .progress = progress,
      .memory_limit = session.memory_limit()};
  if (!level) options.context_log2 = subject.v1_context_log2;
  const std::uint32_t context_log2 =
      options.level ? v1::level_context_log2(*options.level)
                    : options.context_log2.value_or(model.network.context_log2);
  how = "context of " + std::to_string(std::uint64_t{1} << context_log2) + " tokens";
  return v1::score(model, subject.text, options, visit);
}

// Whether every coded frame of a file was made with the model.
bool is_of_model(RandomAccessSource& file, const v2::Model& model) {
  bool all = true;
  const auto info = v2::inspect(file, [&](const v2::FrameInfo& frame) -> Status {
    all = all && (!frame.model || frame.model->matches(model.hash()));
    return {};
  });
  return info && all;
}

Result<ScoreReport> score_v2(const Session& session, std::vector<ScoringModel>& models,
                             const v2::Model& model, const Subject& subject,
                             const ScoreWishes& wishes, const Progress& progress,
                             const ScoreVisitor& visit, std::string& how) {
  const Arguments& arguments = session.arguments;
  const v2::ScoreOptions options{
      .level = arguments.level.value_or(v2::kDefaultLevel),
      .block_bytes = arguments.block_bytes,
      .simd = session.simd(),
      .threads = arguments.threads,
      .savings = wishes.savings,
      .candidates = {.count = wishes.candidates, .text_bytes = wishes.detail_bytes},
      .progress = progress,
      .memory_limit = session.memory_limit()};
  if (subject.is_v2_file && !arguments.level) {
    FileRandomAccess file(subject.input->file.get());
    if (is_of_model(file, model)) {
      how = "as coded";
      FileSource source(subject.input->file.get());
      CZIP_TRY(source.rewind());
      return v2::score_file(finder_of(models), source, options, visit);
    }
  }
  how = "level " + std::to_string(options.level);
  MemorySource source(subject.text);
  return v2::score(model, source, options, visit);
}

}  // namespace

double ScoredText::bits_per_byte() const {
  return per_second(report.cost, static_cast<double>(report.text_bytes)) / kCostOfBit;
}

double ScoredText::share_percent(std::size_t part) const {
  std::int64_t all = 0;
  for (const std::int64_t saved : savings) all += saved;
  if (all == 0) return 0;
  return std::round(1000 * bits(savings[part]) / bits(all)) / 10 + 0.0;  // not -0.0
}

std::uint64_t ScoredText::point_bytes(std::size_t point) const {
  return point + 1 < curve.size() ? curve_step : report.text_bytes - point * curve_step;
}

double ScoredText::point_bits(std::size_t point) const {
  return bits(static_cast<std::int64_t>(curve[point])) / static_cast<double>(point_bytes(point));
}

double ScoredText::bits_per_token() const {
  return per_second(report.cost, static_cast<double>(report.tokens)) / kCostOfBit;
}

Result<ScoredText> score_subject(const Session& session, std::vector<ScoringModel>& models,
                                 std::size_t index, const Subject& subject,
                                 const ScoreWishes& wishes) {
  ScoringModel& model = models[index];
  ScoredText scored;
  scored.model = model.label;
  scored.candidates_per_token = wishes.candidates;
  Collector collector(wishes, subject.text.size(), scored);
  const ScoreVisitor visit = [&](const ScoredBlock& block) { return collector.add(block); };
  ProgressBar bar(subject.name, subject.text.size(), session.wants_progress());
  const Progress progress = bar.follow();
  Result<ScoreReport> report = ScoreReport();
  if (model.format == 1) {
    CZIP_TRY_ASSIGN(const auto* const loaded, model.store.for_v1());
    report = score_v1(session, *loaded, subject, wishes, progress, visit, scored.how);
  } else {
    CZIP_TRY_ASSIGN(const auto loaded, model.store.for_v2());
    report = score_v2(session, models, loaded, subject, wishes, progress, visit, scored.how);
  }
  if (!report) return Failure(advise(report.error()));
  scored.report = *report;
  return scored;
}

}  // namespace czip::tool
