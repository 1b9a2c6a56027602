// Progress within blocks: it grows in small steps whatever is done with a block and on however many
// threads, changes nothing, and stops the coding where the caller wants.
#include "czip/codec/io/progress.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/primed_scorer.hpp"
#include "czip/codec/v2/salvage.hpp"
#include "czip/codec/v2/scoring.hpp"
#include "support/v2_files.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::tiny_model_v2;

constexpr std::uint32_t kBlock = kMinBlockBytes;

Bytes words(std::size_t bytes) {
  Bytes text = test::to_bytes(test::english_text(bytes));
  text.resize(bytes);
  return text;
}

const Model& network_model() {
  static const Bytes file = test::make_tiny_network_model_v2();
  static const Model model = [] {
    auto parsed = Model::parse(file);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
    return std::move(*parsed);
  }();
  return model;
}

ModelFinder finder_of(const Model& model) {
  return [&model](const ModelReference& wanted) { return matching_model(model, wanted); };
}

// Keeps what is reported, and cancels once that is more than `last`.
struct Follower {
  std::uint64_t last = UINT64_MAX;
  std::vector<std::uint64_t> values{};

  Progress progress() {
    return [this](std::uint64_t bytes) {
      CHECK((values.empty() || values.back() <= last));  // not asked again after it has cancelled
      CHECK((values.empty() || bytes >= values.back()));
      values.push_back(bytes);
      return bytes <= last;
    };
  }

  // All of a work of `bytes` was told, in steps of `step` at most.
  void check(std::uint64_t bytes, std::uint64_t step) const {
    REQUIRE_FALSE(values.empty());
    CHECK(values.back() == bytes);
    std::uint64_t before = 0;
    std::uint64_t longest = 0;
    for (const std::uint64_t value : values) {
      longest = std::max(longest, value - before);
      before = value;
    }
    CHECK(longest <= step);
  }
};

struct Case {
  int level;
  bool network;
  bool verify;
};

constexpr Case kCases[] = {{1, false, false}, {1, false, true}, {6, false, true},
                           {7, true, false},  {7, true, true},  {9, true, true}};

}  // namespace

TEST_CASE("progress grows within one block, full or compact") {
  for (const Case& of : kCases) {
    for (const std::size_t bytes : {std::size_t{20'000}, std::size_t{kBlock}}) {
      CAPTURE(of.level);
      CAPTURE(of.verify);
      CAPTURE(bytes);
      const Model& model = of.network ? network_model() : tiny_model_v2();
      const Bytes text = words(bytes);
      MemorySink plain;
      EncodeOptions options{
          .level = of.level, .threads = 1, .block_bytes = kBlock, .verify = of.verify};
      REQUIRE(encode(model, text, plain, options).has_value());
      Follower encoding;
      options.progress = encoding.progress();
      MemorySink file;
      REQUIRE(encode(model, text, file, options).has_value());
      CHECK(file.bytes() == plain.bytes());
      encoding.check(bytes, bytes / 5);

      Follower decoding;
      MemorySource source(file.bytes());
      MemorySink back;
      REQUIRE(
          decode(model, source, back, {.threads = 1, .progress = decoding.progress()}).has_value());
      CHECK(back.bytes() == text);
      decoding.check(bytes, bytes / 5);
    }
  }
}

TEST_CASE("progress grows within several blocks at once") {
  const Bytes text = words(5 * kBlock + 1'000);
  Follower encoding;
  MemorySink file;
  REQUIRE(encode(tiny_model_v2(), text, file,
                 {.level = 1,
                  .threads = 3,
                  .block_bytes = kBlock,
                  .verify = true,
                  .progress = encoding.progress()})
              .has_value());
  encoding.check(text.size(), kBlock / 5);

  Follower decoding;
  MemorySource source(file.bytes());
  MemorySink back;
  REQUIRE(decode(tiny_model_v2(), source, back, {.threads = 3, .progress = decoding.progress()})
              .has_value());
  CHECK(back.bytes() == text);
  decoding.check(text.size(), kBlock / 5);
}

TEST_CASE("progress of ranges counts what is wanted of each block") {
  const Bytes text = words(3 * kBlock);
  MemorySink file;
  REQUIRE(encode(tiny_model_v2(), text, file, {.level = 1, .threads = 1, .block_bytes = kBlock})
              .has_value());
  const std::vector<TextRange> ranges{
      {100, 50'000}, {50'200, 1'000}, {kBlock - 500, kBlock}, {3 * kBlock - 7, 100}};
  for (const unsigned threads : {1U, 2U}) {
    Follower decoding;
    MemorySource source(file.bytes());
    MemorySink out;
    REQUIRE(decode_ranges(finder_of(tiny_model_v2()), source, ranges, out,
                          {.threads = threads, .progress = decoding.progress()})
                .has_value());
    CHECK(out.bytes().size() == 50'000 + 1'000 + kBlock + 7);
    decoding.check(out.bytes().size(), kBlock / 5);
  }
}

TEST_CASE("encoding stops within a block, and only whole blocks were written") {
  const Bytes text = words(3 * kBlock);
  for (const bool verify : {false, true}) {
    EncodeOptions options{.level = 1, .threads = 1, .block_bytes = kBlock, .verify = verify};
    MemorySink whole;
    REQUIRE(encode(tiny_model_v2(), text, whole, options).has_value());
    // In the second block: where it is coded and, if it is verified, where that is done.
    for (const std::uint64_t quarter : {1U, 3U}) {
      Follower follower{.last = kBlock + quarter * kBlock / 4};
      options.progress = follower.progress();
      MemorySink out;
      const auto coded = encode(tiny_model_v2(), text, out, options);
      REQUIRE_FALSE(coded.has_value());
      CHECK(coded.error().code == ErrorCode::cancelled);
      CHECK(follower.values.back() < 2 * kBlock);
      REQUIRE(out.bytes().size() < whole.bytes().size());
      CHECK(std::equal(out.bytes().begin(), out.bytes().end(), whole.bytes().begin()));
      // What is there has the first block, and no part of the second.
      MemorySource source(out.bytes());
      MemorySink back;
      CHECK_FALSE(decode(tiny_model_v2(), source, back, {.threads = 1}).has_value());
      CHECK(back.bytes().size() == kBlock);
      const auto first = encode(tiny_model_v2(), std::span(text).first(kBlock), back,
                                {.level = 1, .threads = 1, .block_bytes = kBlock});
      REQUIRE(first.has_value());
      CHECK(out.bytes().size() <= first->file_bytes);
    }
  }
}

TEST_CASE("decoding stops within a block, and only whole blocks were written") {
  const Bytes text = words(3 * kBlock);
  MemorySink file;
  REQUIRE(encode(tiny_model_v2(), text, file, {.level = 1, .threads = 1, .block_bytes = kBlock})
              .has_value());
  Follower follower{.last = kBlock + kBlock / 2};
  MemorySource source(file.bytes());
  MemorySink out;
  const auto decoded =
      decode(tiny_model_v2(), source, out, {.threads = 1, .progress = follower.progress()});
  REQUIRE_FALSE(decoded.has_value());
  CHECK(decoded.error().code == ErrorCode::cancelled);
  CHECK(follower.values.back() < 2 * kBlock);
  CHECK(out.bytes() == Bytes(text.begin(), text.begin() + kBlock));
}

TEST_CASE("cancelling stops every thread within its block") {
  const Bytes text = words(4 * kBlock);
  Follower follower{.last = kBlock};
  MemorySink out;
  const auto coded =
      encode(tiny_model_v2(), text, out,
             {.level = 1, .threads = 3, .block_bytes = kBlock, .progress = follower.progress()});
  REQUIRE_FALSE(coded.has_value());
  CHECK(coded.error().code == ErrorCode::cancelled);
  CHECK(follower.values.back() < 2 * kBlock);
}

TEST_CASE("salvaging counts the blocks that it tries") {
  const Bytes text = words(3 * kBlock);
  MemorySink sink;
  REQUIRE(encode(tiny_model_v2(), text, sink, {.level = 1, .threads = 1, .block_bytes = kBlock})
              .has_value());
  Bytes file = sink.bytes();
  file[file.size() / 2] ^= 1;  // in the second block
  Follower follower;
  SalvageOptions options;
  options.decode.threads = 2;
  options.decode.progress = follower.progress();
  MemorySource source(file);
  const auto salvage = Salvage::scan(finder_of(tiny_model_v2()), source, options);
  REQUIRE(salvage.has_value());
  CHECK(salvage->text_bytes() == 2 * kBlock);
  MemorySink out;
  const auto report = salvage->decode(out);
  REQUIRE(report.has_value());
  CHECK(report->recovered.text_bytes == 2 * kBlock);
  REQUIRE_FALSE(follower.values.empty());
  CHECK(follower.values.back() == 2 * kBlock);
  CHECK(std::ranges::any_of(follower.values, [](std::uint64_t value) {
    return value % kBlock != 0;  // within a block
  }));
}

TEST_CASE("scoring of texts and of files reports within blocks") {
  const Bytes text = words(2 * kBlock);
  const ScoreVisitor ignore = [](const ScoredBlock&) -> Status { return {}; };
  Follower of_text;
  MemorySource source(text);
  REQUIRE(score(tiny_model_v2(), source,
                {.level = 1, .block_bytes = kBlock, .progress = of_text.progress()}, ignore)
              .has_value());
  of_text.check(text.size(), kBlock / 5);

  MemorySink file;
  REQUIRE(encode(tiny_model_v2(), text, file, {.level = 1, .threads = 1, .block_bytes = kBlock})
              .has_value());
  Follower of_file;
  MemorySource in(file.bytes());
  REQUIRE(score_file(finder_of(tiny_model_v2()), in, {.progress = of_file.progress()}, ignore)
              .has_value());
  of_file.check(text.size(), kBlock / 5);

  Follower cancelling{.last = kBlock / 2};
  MemorySource again(text);
  const auto cancelled =
      score(tiny_model_v2(), again, {.level = 1, .progress = cancelling.progress()}, ignore);
  REQUIRE_FALSE(cancelled.has_value());
  CHECK(cancelled.error().code == ErrorCode::cancelled);
  CHECK(cancelling.values.back() < kBlock);
}

TEST_CASE("a primed scorer reports within context and text") {
  const Bytes text = words(20'000);
  std::vector<std::uint64_t> shares;
  const PassReport follow = [&shares](std::uint64_t done, std::uint64_t total) -> Status {
    shares.push_back(100 * done / total);
    return {};
  };
  PrimedScorer scorer;
  const auto check = [&shares] {
    CHECK(std::ranges::is_sorted(shares));
    CHECK(shares.size() > 5);
    CHECK(shares.back() == 100);
    shares.clear();
  };
  REQUIRE(scorer.prime(tiny_model_v2(), text, {.text_bytes = 20'000}, follow).has_value());
  check();
  const auto before = scorer.score(text, follow);
  REQUIRE(before.has_value());
  check();
  // A text that is given up half-way teaches nothing.
  const PassReport cancel = [](std::uint64_t, std::uint64_t) { return report_cancelled(); };
  CHECK(scorer.score(text, cancel).error().code == ErrorCode::cancelled);
  CHECK(scorer.score(text)->cost == before->cost);
}

}  // namespace czip::v2
