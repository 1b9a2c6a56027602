// Scores against what the coder writes: the costs of tokens add up to the chunks' streams.
#include "czip/codec/v1/scoring.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "czip/codec/v1/payload.hpp"
#include "support/sample_text.hpp"
#include "support/v1_seeded_model.hpp"

namespace czip::v1 {
namespace {

using Bytes = std::vector<std::uint8_t>;

const Model& seeded_model() {
  static const Bytes file = test::make_seeded_model({});
  static const Model model = load_model(file).value();
  return model;
}

struct Scored {
  Bytes text;
  std::vector<TokenScore> tokens;
  std::vector<Candidate> candidates;
  ScoreReport report;
};

Scored scored(const Bytes& text, const ScoreOptions& options) {
  Scored all;
  const auto report =
      score(seeded_model(), text, options, [&all](const ScoredBlock& block) -> Status {
        CHECK(block.text_offset == all.text.size());
        all.text.insert(all.text.end(), block.text.begin(), block.text.end());
        all.tokens.insert(all.tokens.end(), block.tokens.begin(), block.tokens.end());
        all.candidates.insert(all.candidates.end(), block.candidates.begin(),
                              block.candidates.end());
        return {};
      });
  REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  all.report = *report;
  return all;
}

}  // namespace

TEST_CASE("the costs of a chunk's tokens add up to its stream") {
  Bytes text = test::to_bytes(test::english_text(1'500));
  text.push_back(0xff);  // not UTF-8
  for (const int level : {1, 2}) {
    const Scored all = scored(text, {.level = level});
    CHECK(all.text == text);
    CHECK(all.report.text_bytes == text.size());
    REQUIRE(all.report.tokens == all.tokens.size());
    const auto bytes = encode_payload(seeded_model(), text, {.level = level, .threads = 1});
    REQUIRE(bytes.has_value());
    const auto payload = parse_payload(*bytes);
    REQUIRE(payload.has_value());
    REQUIRE(payload->header.tokens() == all.tokens.size());
    std::size_t token = 0;
    for (std::uint32_t chunk = 0; chunk < payload->header.chunks; ++chunk) {
      std::uint64_t cost = 0;
      for (std::uint32_t i = 0; i < payload->header.chunk_tokens(chunk); ++i)
        cost += all.tokens[token++].cost;
      const std::uint64_t stream = std::uint64_t{8} * payload->streams[chunk].size();
      CHECK(cost / kCostOfBit <= stream + 16);
      CHECK(cost / kCostOfBit + 16 >= stream);
    }
  }
}

TEST_CASE("a file's context is used instead of a level") {
  const Bytes text = test::to_bytes(test::english_text(700));
  CHECK(scored(text, {.context_log2 = 7}).report.cost == scored(text, {.level = 2}).report.cost);
  const auto too_long = score(seeded_model(), text, {.context_log2 = 12},
                              [](const ScoredBlock&) -> Status { return {}; });
  CHECK(too_long.error().code == ErrorCode::model_mismatch);
}

TEST_CASE("candidates are the likeliest symbols, and the token that came is among all of them") {
  const Bytes text = test::to_bytes(test::english_text(300));
  const Scored all =
      scored(text, {.level = 1, .candidates = {.count = kMaxCandidates, .text_bytes = 100}});
  CHECK(all.report.cost == scored(text, {.level = 1}).report.cost);
  const std::size_t places = all.candidates.size() / kMaxCandidates;
  REQUIRE(places > 0);
  REQUIRE(places < all.tokens.size());
  std::size_t at = 0;
  for (std::size_t i = 0; i < places; ++i) {
    REQUIRE(at < 100);
    const std::string_view came(reinterpret_cast<const char*>(&text[at]), all.tokens[i].bytes);
    at += all.tokens[i].bytes;
    const Candidate* const first = &all.candidates[i * kMaxCandidates];
    bool found = false;
    for (std::size_t k = 0; k < kMaxCandidates; ++k) {
      if (k > 0) CHECK(first[k].cost >= first[k - 1].cost);
      if (first[k].bytes != came) continue;
      found = true;
      CHECK(first[k].cost == all.tokens[i].cost);
    }
    if (!found) CHECK(all.tokens[i].cost >= first[kMaxCandidates - 1].cost);
  }
}

}  // namespace czip::v1
