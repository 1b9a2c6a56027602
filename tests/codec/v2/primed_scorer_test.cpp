// Conditional code lengths: what is learned of a text is undone, bit for bit.
#include "czip/codec/v2/primed_scorer.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <vector>

#include "czip/codec/v2/scoring.hpp"
#include "support/v2_files.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::tiny_model_v2;

std::uint64_t cost(PrimedScorer& scorer, const Bytes& text) {
  const auto report = scorer.score(text);
  REQUIRE(report.has_value());
  CHECK(report->text_bytes == text.size());
  return report->cost;
}

ScoreReport primed(PrimedScorer& scorer, const Bytes& context, const PrimedOptions& options = {}) {
  const auto report = scorer.prime(tiny_model_v2(), context, options);
  REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  return *report;
}

// The cost of a text alone, as its file has it.
std::uint64_t cost_alone(const Bytes& text, int level) {
  MemorySource source(text);
  const auto report = score(tiny_model_v2(), source, {.level = level},
                            [](const ScoredBlock&) -> Status { return {}; });
  REQUIRE(report.has_value());
  return report->cost;
}

}  // namespace

TEST_CASE("a context costs what its own file does") {
  const Bytes text = test::to_bytes(test::english_text(20'000));
  PrimedScorer scorer;
  for (const int level : {1, 6, 9})
    CHECK(primed(scorer, text, {.level = level}).cost == cost_alone(text, level));
}

TEST_CASE("what is learned of a text is undone, in every profile") {
  const Bytes context = test::to_bytes(test::english_text(10'000, 1));
  std::vector<Bytes> texts{{}, {'x'}};
  for (const std::uint64_t seed : {2U, 3U}) {
    texts.push_back(test::to_bytes(test::english_text(3'000, seed)));
    texts.push_back(test::to_bytes(test::code_text(4'000, seed)));
    texts.push_back(test::to_bytes(test::log_text(6'000, seed)));
    texts.push_back(test::random_bytes(2'000, seed));
  }
  for (const int level : {1, 6, 9}) {
    PrimedScorer scorer;
    primed(scorer, context, {.level = level});
    std::vector<std::uint64_t> first;
    for (const Bytes& text : texts) first.push_back(cost(scorer, text));
    for (std::size_t i = texts.size(); i-- > 0;) CHECK(cost(scorer, texts[i]) == first[i]);
    // The same as of a scorer that has seen no other text.
    PrimedScorer fresh;
    primed(fresh, context, {.level = level});
    CHECK(cost(fresh, texts[3]) == first[3]);
  }
}

TEST_CASE("a context that resembles a text makes it cheaper") {
  const Bytes text = test::to_bytes(test::log_text(4'000, 2));
  PrimedScorer scorer;
  primed(scorer, {}, {.text_bytes = text.size()});
  const std::uint64_t alone = cost(scorer, text);
  CHECK(alone == cost_alone(text, kDefaultLevel));
  primed(scorer, test::to_bytes(test::log_text(20'000, 1)));
  const std::uint64_t behind_log = cost(scorer, text);
  primed(scorer, test::to_bytes(test::csv_text(20'000, 1)));
  const std::uint64_t behind_csv = cost(scorer, text);
  CHECK(behind_log < alone);
  CHECK(behind_log < behind_csv);
  primed(scorer, text);
  CHECK(cost(scorer, text) < alone / 4);
}

TEST_CASE("errors leave the scorer usable") {
  PrimedScorer scorer;
  CHECK(scorer.score(Bytes{'x'}).error().code == ErrorCode::invalid_argument);
  CHECK(scorer.prime(tiny_model_v2(), {}, {.level = 0}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(scorer.prime(tiny_model_v2(), {}, {.text_bytes = kMaxBlockBytes + 1}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(scorer.prime(tiny_model_v2(), {}, {.memory_limit = 1'000}).error().code ==
        ErrorCode::over_limit);
  CHECK(!scorer.score(Bytes{'x'}).has_value());
  primed(scorer, test::to_bytes(test::english_text(1'000)));
  CHECK(cost(scorer, {'x'}) > 0);
}

}  // namespace czip::v2
