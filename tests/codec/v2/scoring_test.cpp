// Scores against what the coder writes: the costs of tokens add up to payloads, parts to costs, and
// looking for candidates changes nothing.
#include "czip/codec/v2/scoring.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "support/v2_files.hpp"
#include "support/v2_language_model.hpp"
#include "support/v2_tiny_model.hpp"
#include "v2/scoring/block_scorer.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::tiny_model_v2;

struct Scored {
  Bytes text;
  std::vector<TokenScore> tokens;
  std::vector<PartSavings> savings;
  std::vector<Candidate> candidates;
  std::vector<ScoredKind> kinds;
  ScoreReport report;
};

template <class Run>
Scored collected(Run run) {
  Scored all;
  const auto report = run([&all](const ScoredBlock& block) -> Status {
    CHECK(block.text_offset == all.text.size());
    all.kinds.push_back(block.kind);
    all.text.insert(all.text.end(), block.text.begin(), block.text.end());
    all.tokens.insert(all.tokens.end(), block.tokens.begin(), block.tokens.end());
    all.savings.insert(all.savings.end(), block.savings.begin(), block.savings.end());
    all.candidates.insert(all.candidates.end(), block.candidates.begin(), block.candidates.end());
    return {};
  });
  REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  all.report = *report;
  CHECK(all.report.tokens == all.tokens.size());
  CHECK(all.report.text_bytes == all.text.size());
  return all;
}

Scored scored(const Bytes& text, const ScoreOptions& options,
              const Model& model = tiny_model_v2()) {
  MemorySource source(text);
  return collected([&](const ScoreVisitor& visit) { return score(model, source, options, visit); });
}

Scored scored_file(const Bytes& file, const ScoreOptions& options,
                   const Model& model = tiny_model_v2()) {
  MemorySource source(file);
  const ModelFinder finder = [&](const ModelReference& wanted) {
    return matching_model(model, wanted);
  };
  return collected(
      [&](const ScoreVisitor& visit) { return score_file(finder, source, options, visit); });
}

CodingReport coded(const Bytes& text, const EncodeOptions& options, Bytes* file = nullptr,
                   const Model& model = tiny_model_v2()) {
  MemorySink sink;
  const auto report = encode(model, text, sink, options);
  REQUIRE(report.has_value());
  if (file != nullptr) *file = sink.bytes();
  return *report;
}

const Model& network_model() {
  static const Bytes file = test::make_tiny_network_model_v2();
  static const Model model = Model::parse(file).value();
  return model;
}

std::uint64_t sum_of_costs(const Scored& all) {
  std::uint64_t sum = 0;
  for (const TokenScore& token : all.tokens) sum += token.cost;
  return sum;
}

void check_agrees(std::uint64_t cost, std::uint64_t payload_bytes, std::uint64_t blocks) {
  const auto bytes = static_cast<std::int64_t>(cost / kCostOfByte);
  CAPTURE(bytes);
  CAPTURE(payload_bytes);
  CHECK(std::abs(bytes - static_cast<std::int64_t>(payload_bytes)) <=
        static_cast<std::int64_t>(8 * blocks));
}

}  // namespace

TEST_CASE("costs add up to the payload, in every profile") {
  for (const std::size_t size : {1U, 100U, 5'000U, 66'000U}) {
    for (const int level : {1, 6}) {
      const Bytes text = test::to_bytes(test::english_text(size));
      const Scored all = scored(text, {.level = level});
      CHECK(all.text == text);
      CHECK(sum_of_costs(all) == all.report.cost);
      const CodingReport report = coded(text, {.level = level, .threads = 1});
      if (report.stored_blocks == 0) check_agrees(all.report.cost, report.payload_bytes, 1);
    }
  }
}

TEST_CASE("costs add up to the payloads of several blocks and of a network's streams") {
  const Bytes text = test::to_bytes(test::log_text(90'000));
  const CodingReport blocks =
      coded(text, {.level = 3, .threads = 1, .block_bytes = kMinBlockBytes});
  const Scored by_block = scored(text, {.level = 3, .block_bytes = kMinBlockBytes});
  CHECK(by_block.kinds.size() == blocks.blocks);
  check_agrees(by_block.report.cost, blocks.payload_bytes, blocks.blocks);

  // The levels with a network keep a block without it where that is smaller, so its block is made
  // here.
  const Bytes part(text.begin(), text.begin() + 20'000);
  const BlockSettings settings{kFirstNetworkProfile, 2, true};
  const auto block = encode_block(network_model(), settings, best_simd_level(), part);
  REQUIRE(block.has_value());
  BlockScorer scorer(best_simd_level(), 1);
  const auto by_network = scorer.score(network_model(), settings, part, {});
  REQUIRE(by_network.has_value());
  std::uint64_t cost = 0;
  for (const TokenScore& token : by_network->tokens) cost += token.cost;
  check_agrees(cost, block->payload.size(), 1);
}

TEST_CASE("a file is scored as it was coded, its stored and repeated blocks, too") {
  Bytes text = test::to_bytes(test::english_text(10'000));
  Bytes file;
  coded(text, {.level = 1, .threads = 1}, &file);
  const Scored alone = scored_file(file, {.level = 9});
  CHECK(alone.text == text);
  CHECK(alone.report.cost == scored(text, {.level = 1}).report.cost);

  const Bytes noise = test::random_bytes(140'000, 3);
  text.insert(text.end(), noise.begin(), noise.end());
  text.resize(text.size() + 200'000, 'x');
  const CodingReport report =
      coded(text, {.level = 1, .threads = 1, .block_bytes = kMinBlockBytes}, &file);
  const Scored all = scored_file(file, {});
  CHECK(all.text == text);
  CHECK(std::ranges::count(all.kinds, ScoredKind::stored) ==
        static_cast<std::ptrdiff_t>(report.stored_blocks));
  CHECK(report.stored_blocks > 0);
  CHECK(std::ranges::count(all.kinds, ScoredKind::repeated) > 0);
  check_agrees(all.report.cost, report.payload_bytes, report.blocks);
}

TEST_CASE("filtered blocks, single bytes and coded patterns are scored as they were coded") {
  Bytes text = test::x86_code(100'000);
  Bytes file;
  CodingReport report = coded(text, {.level = 6, .threads = 1}, &file);
  Scored all = scored_file(file, {.savings = true});
  CHECK(all.text == text);
  check_agrees(all.report.cost, report.payload_bytes, report.blocks);

  const Bytes noise = test::random_bytes(75'000, 1);
  text.clear();
  for (const std::uint8_t byte : noise) text.push_back(static_cast<std::uint8_t>('a' + byte % 16));
  report = coded(text, {.level = 6, .threads = 1}, &file);
  all = scored_file(file, {});
  CHECK(all.report.tokens == text.size());  // each byte is one
  check_agrees(all.report.cost, report.payload_bytes, report.blocks);

  const Bytes line = test::to_bytes(test::english_text(1'000));
  text.clear();
  for (int i = 0; i < 100; ++i) text.insert(text.end(), line.begin(), line.end());
  report = coded(text, {.level = 6, .threads = 1}, &file);
  CHECK(report.payload_bytes < line.size());
  all = scored_file(file, {.savings = true});
  CHECK(all.text == text);
  CHECK(all.kinds == std::vector{ScoredKind::repeated});
  check_agrees(all.report.cost, report.payload_bytes, report.blocks);
  CHECK(all.savings.size() == all.tokens.size());
}

TEST_CASE("a damaged file gives an error and no scores of the damaged block") {
  Bytes file;
  coded(test::to_bytes(test::english_text(3'000)), {.threads = 1}, &file);
  file[file.size() / 2] ^= 1;
  MemorySource source(file);
  std::size_t blocks = 0;
  const auto report = score_file(
      [](const ModelReference& wanted) { return matching_model(tiny_model_v2(), wanted); }, source,
      {}, [&](const ScoredBlock&) -> Status { return ++blocks, Status(); });
  REQUIRE(!report.has_value());
  CHECK(report.error().code == ErrorCode::corrupt);
  CHECK(blocks == 0);
}

TEST_CASE("savings and cost add up to one bit per decision") {
  const Bytes text = test::to_bytes(test::code_text(20'000));
  for (const Model* model : {&tiny_model_v2(), &network_model()}) {
    const Scored all = scored(text, {.level = 7, .savings = true}, *model);
    REQUIRE(all.savings.size() == all.tokens.size());
    PartSavings sums{};
    std::int64_t total = 0;
    for (std::size_t i = 0; i < all.tokens.size(); ++i) {
      std::int64_t sum = all.tokens[i].cost;
      for (std::size_t part = 0; part < kPredictorParts; ++part) {
        sum += all.savings[i][part];
        sums[part] += all.savings[i][part] / 256;
      }
      REQUIRE(sum == std::int64_t{all.tokens[i].decisions} * kCostOfBit);
      total += std::int64_t{all.tokens[i].decisions} * kCostOfBit - all.tokens[i].cost;
    }
    const auto of = [&](PredictorPart part) { return sums[static_cast<std::size_t>(part)]; };
    // A text that repeats itself is predicted by what it was, and the rest is small.
    CHECK(of(PredictorPart::lists) > 0);
    CHECK(of(PredictorPart::matches) > 0);
    CHECK(std::abs(std::int64_t{of(PredictorPart::rest)}) < total / 256 / 4);
    CHECK((of(PredictorPart::network) != 0) == model->has_network());
  }
}

TEST_CASE("looking for candidates changes no cost, and finds what comes") {
  const Bytes text = test::to_bytes(test::english_text(6'000));
  for (const Model* model : {&tiny_model_v2(), &network_model()}) {
    const Scored plain = scored(text, {.level = 7}, *model);
    const Scored all =
        scored(text, {.level = 7, .candidates = {.count = 5, .text_bytes = 3'000}}, *model);
    REQUIRE(all.candidates.size() % 5 == 0);
    CHECK(all.report.cost == plain.report.cost);
    std::size_t at = 0, found = 0;
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < all.tokens.size(); ++i) {
      REQUIRE(all.tokens[i].cost == plain.tokens[i].cost);
      const std::string_view bytes(reinterpret_cast<const char*>(&text[at]), all.tokens[i].bytes);
      CHECK((at < 3'000) == (5 * i < all.candidates.size()));
      at += all.tokens[i].bytes;
      if (5 * i >= all.candidates.size()) continue;
      for (std::size_t k = 0; k < 5; ++k) {
        const Candidate& candidate = all.candidates[5 * i + k];
        if (k > 0 && !candidate.bytes.empty())
          CHECK(candidate.cost >= all.candidates[5 * i + k - 1].cost);
        if (candidate.bytes != bytes) continue;
        ++found;
        difference += static_cast<std::uint64_t>(
            std::abs(std::int64_t{candidate.cost} - std::int64_t{all.tokens[i].cost}));
      }
    }
    const std::size_t places = all.candidates.size() / 5;
    CHECK(found > places / 2);
    // What is learned inside of a token is little.
    CHECK(difference / found < kCostOfBit / 8);
  }
}

TEST_CASE("candidates are the likeliest of all tokens") {
  // Of the first token of a text, whose cost each token shows that begins a text of its own.
  const Scored all = scored({'x'}, {.level = 1, .candidates = {.count = kMaxCandidates}});
  REQUIRE(all.candidates.size() == kMaxCandidates);
  const std::uint32_t last = all.candidates.back().cost;
  constexpr std::uint32_t kLearned = kCostOfBit / 2;  // inside of the token, at most
  std::size_t compared = 0;
  for (std::uint32_t id = 0; id < tiny_model_v2().vocabulary_size(); ++id) {
    const std::string_view token = tiny_model_v2().parts().tokenizer.token(id);
    const Scored one = scored(test::to_bytes(token), {.level = 1});
    const TokenScore& first = one.tokens.front();
    if (first.token != id) continue;  // is divided otherwise where it begins a text
    const auto found = std::ranges::find(all.candidates, token, &Candidate::bytes);
    if (found == all.candidates.end()) {
      CHECK(first.cost + kLearned >= last);
    } else {
      ++compared;
      CHECK(std::abs(std::int64_t{first.cost} - std::int64_t{found->cost}) <= kLearned);
    }
  }
  CHECK(compared > kMaxCandidates / 2);
}

TEST_CASE("errors of options, limits, progress and visitor are passed on") {
  const Bytes text = test::to_bytes(test::english_text(2'000));
  const auto run = [&](const ScoreOptions& options, const ScoreVisitor& visit) {
    MemorySource source(text);
    return score(tiny_model_v2(), source, options, visit);
  };
  const ScoreVisitor ignore = [](const ScoredBlock&) -> Status { return {}; };
  CHECK(run({.level = 10}, ignore).error().code == ErrorCode::invalid_argument);
  CHECK(run({.block_bytes = 1}, ignore).error().code == ErrorCode::invalid_argument);
  CHECK(run({.candidates = {.count = kMaxCandidates + 1}}, ignore).error().code ==
        ErrorCode::invalid_argument);
  CHECK(run({.memory_limit = 1'000}, ignore).error().code == ErrorCode::over_limit);
  CHECK(run({.progress = [](std::uint64_t) { return false; }}, ignore).error().code ==
        ErrorCode::cancelled);
  const auto stopped =
      run({}, [](const ScoredBlock&) -> Status { return fail(ErrorCode::io, "stop"); });
  CHECK(stopped.error().message == "stop");
}

TEST_CASE("a language model's costs add up to the payload of its block, of a text and of a file") {
  const Model& model = test::tiny_language_model_v2();
  const Bytes text = test::text_of_language_model(9'000);
  for (const int level : {6, 9}) {
    CAPTURE(level);
    Bytes file;
    const CodingReport report = coded(text, {.level = level, .threads = 1}, &file, model);
    REQUIRE(report.language_model_blocks == 1);
    const Scored of_text = scored(text, {.level = level, .threads = 2}, model);
    CHECK(of_text.text == text);
    CHECK(of_text.savings.empty());
    const Scored of_file = scored_file(file, {.savings = true}, model);
    CHECK(of_file.text == text);
    CHECK(of_file.savings.empty());
    check_agrees(of_file.report.cost, report.payload_bytes, 1);
    // Of level 9, the encoder keeps the smaller one of two.
    check_agrees(of_text.report.cost, report.payload_bytes, level == 9 ? 100 : 1);
  }
  // Below level 6, the rest of the model predicts.
  const CodingReport without = coded(text, {.level = 3, .threads = 1}, nullptr, model);
  check_agrees(scored(text, {.level = 3}, model).report.cost, without.payload_bytes, 1);
}

TEST_CASE("candidates of a language model come by rising cost, and change no token's") {
  const Model& model = test::tiny_language_model_v2();
  const Bytes text = test::text_of_language_model(500);
  const Scored plain = scored(text, {.level = 9}, model);
  const Scored all =
      scored(text, {.level = 9, .candidates = {.count = 10, .text_bytes = 200}}, model);
  REQUIRE(all.tokens.size() == plain.tokens.size());
  std::size_t at = 0;
  std::size_t found = 0;
  for (std::size_t i = 0; i < all.tokens.size(); ++i) {
    CHECK(all.tokens[i].cost == plain.tokens[i].cost);
    const std::size_t first = i * 10;
    if (at >= 200) {
      CHECK(first >= all.candidates.size());
      continue;
    }
    std::uint32_t cost = 0;
    for (std::size_t k = first; k < first + 10 && !all.candidates[k].bytes.empty(); ++k) {
      CHECK(all.candidates[k].cost >= cost);
      cost = all.candidates[k].cost;
      // A candidate that came cost what it was said to, but for what is learned between decisions.
      const std::string_view came(reinterpret_cast<const char*>(text.data()) + at,
                                  all.tokens[i].bytes);
      if (all.candidates[k].bytes != came) continue;
      ++found;
      CHECK(std::abs(static_cast<double>(cost) - all.tokens[i].cost) <
            kCostOfBit + all.tokens[i].cost / 2);
    }
    at += all.tokens[i].bytes;
  }
  CHECK(found > 50);
}

}  // namespace czip::v2
