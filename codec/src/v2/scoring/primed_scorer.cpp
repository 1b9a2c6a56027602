#include "czip/codec/v2/primed_scorer.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "czip/base/memory_limit.hpp"
#include "czip/codec/v2/coding/predictor.hpp"
#include "czip/codec/v2/coding/undo_log.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "v2/block/report_steps.hpp"
#include "v2/container/block_plan.hpp"
#include "v2/scoring/decision_cost.hpp"

namespace czip::v2 {
namespace {

// What the log takes for each byte of a text: lines of lists and of counters and other entries for
// each token of some three bytes.
constexpr std::uint64_t kLogBytesPerTextByte = 1024;
// Of a text and its context: the tokens and the history.
constexpr std::uint64_t kBytesPerTextByte = 8;
// Small tables, which are always in the log.
constexpr std::uint64_t kSmallTables = std::uint64_t{1} << 20;

struct Learning {
  [[nodiscard]] static UndoLog* token_log() { return nullptr; }
  static void before_update(Predictor& /*predictor*/, bool /*bit*/) {}
};

struct Remembering {
  UndoLog* log;
  [[nodiscard]] UndoLog* token_log() const { return log; }
  void before_update(Predictor& predictor, bool bit) const { predictor.save_update(bit, *log); }
};

}  // namespace

struct PrimedScorer::State {
  explicit State(SimdLevel level) : simd(level), predictor(level) {}

  SimdLevel simd;
  Predictor predictor;
  std::optional<Model> model;  // nullopt: there is no context
  std::uint64_t context_bytes = 0;
  std::uint64_t table_bytes = 0;
  Stream primed{.number = 0, .history = History(0), .matches = {}, .recurrent = {}};
  UndoLog log;
  std::vector<TokenId> tokens;

  // Has the predictor learn the text as the rest of `stream`.
  template <class Memory>
  Result<ScoreReport> run(std::span<const std::uint8_t> text, Stream& stream, Memory memory,
                          const PassReport& progress);
  // The part of run() for some of the tokens. Returns their cost.
  template <class Memory>
  std::uint64_t learn(std::span<const TokenId> some, Stream& stream, Memory memory);
};

template <class Memory>
Result<ScoreReport> PrimedScorer::State::run(std::span<const std::uint8_t> text, Stream& stream,
                                             Memory memory, const PassReport& progress) {
  const ModelParts& parts = model->parts();
  tokens.clear();
  CZIP_TRY(parts.tokenizer.encode(text, tokens));
  ScoreReport report;
  report.text_bytes = text.size();
  report.tokens = tokens.size();
  for (std::size_t done = 0; done < tokens.size();) {
    const auto some = std::span(tokens).subspan(done, std::min(kReportSteps, tokens.size() - done));
    report.cost += learn(some, stream, memory);
    done += some.size();
    if (progress) CZIP_TRY(progress(done, tokens.size()));
  }
  return report;
}

template <class Memory>
std::uint64_t PrimedScorer::State::learn(std::span<const TokenId> some, Stream& stream,
                                         Memory memory) {
  const ModelParts& parts = model->parts();
  std::uint64_t cost = 0;
  for (const TokenId token : some) {
    const std::uint32_t rank = parts.tree.rank(token);
    predictor.begin_token(stream, memory.token_log());
    while (!predictor.decided()) {
      const std::uint32_t p = predictor.predict(0);
      const bool bit = predictor.decision().bit(rank);
      cost += decision_cost(bit, p);
      memory.before_update(predictor, bit);
      predictor.update(bit);
    }
    predictor.end_token(parts.tokenizer.token(token));
  }
  return cost;
}

std::uint64_t primed_bytes(std::uint64_t context_bytes, std::uint64_t text_bytes) {
  const std::uint64_t bytes = context_bytes + text_bytes;
  // No profile has larger tables.
  const std::uint64_t tables = TableSizes::for_text(bytes, kProfiles.back()).bytes();
  // The log has no more than the tables, but a vector that grows takes twice as much for a while.
  return 4 * tables + 2 * kSmallTables + bytes * kBytesPerTextByte;
}

PrimedScorer::PrimedScorer(SimdLevel simd) : state_(std::make_unique<State>(simd)) {}
PrimedScorer::PrimedScorer(PrimedScorer&&) noexcept = default;
PrimedScorer& PrimedScorer::operator=(PrimedScorer&&) noexcept = default;
PrimedScorer::~PrimedScorer() = default;

Result<ScoreReport> PrimedScorer::prime(const Model& model, std::span<const std::uint8_t> context,
                                        const PrimedOptions& options, const PassReport& progress) {
  State& state = *state_;
  state.model.reset();
  CZIP_TRY_ASSIGN(const LevelSettings level, choose_settings(model, options.level, 0));
  if (context.size() > kMaxBlockBytes || options.text_bytes > kMaxBlockBytes - context.size())
    return fail(ErrorCode::invalid_argument, "a context and a text of more than " +
                                                 std::to_string(kMaxBlockBytes) +
                                                 " bytes together cannot be scored");
  const std::uint64_t bytes = context.size() + options.text_bytes;
  const TableSizes sizes = TableSizes::for_text(bytes, kProfiles[level.profile]);
  CZIP_TRY(threads_within_limit(1, 1, options.memory_limit,
                                {.per_thread = primed_bytes(context.size(), options.text_bytes)}));
  try {
    const ModelParts& parts = model.parts();
    CZIP_TRY_ASSIGN(const RecurrentNetwork* const recurrent,
                    recurrent_network_of(parts, state.simd));
    state.predictor.reset({&parts.logistic, &parts.tree, &parts.prior, recurrent},
                          kProfiles[level.profile], state_of(parts, level.profile, false), sizes);
    state.model = model;
    state.context_bytes = context.size();
    state.table_bytes = sizes.bytes();
    state.primed = {
        .number = 0, .history = History(context.size() / 2), .matches = {}, .recurrent = {}};
    auto report = state.run(context, state.primed, Learning(), progress);
    if (!report) state.model.reset();
    return report;
  } catch (const std::bad_alloc&) {
    state.model.reset();
    return fail(ErrorCode::out_of_memory, "not enough memory for a context's tables");
  }
}

Result<ScoreReport> PrimedScorer::score(std::span<const std::uint8_t> text,
                                        const PassReport& progress) {
  State& state = *state_;
  if (!state.model)
    return fail(ErrorCode::invalid_argument, "no context has been learned to score a text behind");
  if (text.size() > kMaxBlockBytes - state.context_bytes)
    return fail(ErrorCode::invalid_argument, "a text of " + std::to_string(text.size()) +
                                                 " bytes is too long behind its context");
  state.log.clear();
  try {
    Stream stream = state.primed;
    const bool by_line = text.size() < state.table_bytes / kLogBytesPerTextByte;
    state.predictor.save_small_tables(state.log);
    if (!by_line) state.predictor.save_large_tables(state.log);
    auto report = by_line ? state.run(text, stream, Remembering{&state.log}, progress)
                          : state.run(text, stream, Learning(), progress);
    state.log.roll_back();
    return report;
  } catch (const std::bad_alloc&) {
    state.log.roll_back();
    return fail(ErrorCode::out_of_memory, "not enough memory to score a text");
  }
}

}  // namespace czip::v2
