// Repetitions of a short pattern take a block of their own, which costs nothing to code.
#include "v2/container/repeats.hpp"

#include <doctest/doctest.h>

#include "support/v2_files.hpp"
#include "support/v2_tiny_model.hpp"
#include "v2/container/container.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::decode_v2;
using test::encoded_v2;
using test::to_bytes;

Bytes repeated(std::string_view pattern, std::size_t bytes) {
  Bytes text(bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<std::uint8_t>(pattern[i % pattern.size()]);
  return text;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

constexpr std::size_t kLeast = kMinRepeatBytes;

}  // namespace

TEST_CASE("a repetition is found with its whole length and its shortest pattern") {
  const auto find = [](const Bytes& text) {
    const auto found = find_repeat(text);
    REQUIRE(found.has_value());
    return std::array{found->begin, found->length, found->pattern};
  };
  CHECK(find(Bytes(kLeast)) == std::array{std::size_t{0}, kLeast, std::size_t{1}});
  CHECK(find(repeated("ab", kLeast + 1)) == std::array{std::size_t{0}, kLeast + 1, std::size_t{2}});
  const std::string line(kMaxPatternBytes - 1, '-');
  CHECK(find(repeated(line + "\n", 2 * kLeast)) ==
        std::array{std::size_t{0}, 2 * kLeast, kMaxPatternBytes});
  // Wherever it begins; the byte before and the byte behind differ.
  for (const std::size_t before : {1U, 100U, 32767U, 32768U, 40000U}) {
    CAPTURE(before);
    const Bytes text = joined({Bytes(before, 'x'), repeated("012", kLeast), Bytes(500, 'y')});
    CHECK(find(text) == std::array{before, kLeast, std::size_t{3}});
  }
}

TEST_CASE("what is too short, too long a pattern or too small a part is not a repeat") {
  CHECK_FALSE(find_repeat({}).has_value());
  CHECK_FALSE(find_repeat(Bytes(kLeast - 1)).has_value());
  const std::string line(kMaxPatternBytes, '-');
  CHECK_FALSE(find_repeat(repeated(line + "\n", 2 * kLeast)).has_value());
  CHECK_FALSE(find_repeat(to_bytes(test::english_text(3 * kLeast))).has_value());
  // Exactly an eighth of the rest is too small a part, a byte more is not.
  const Bytes rest = test::random_bytes(8 * kLeast, 1);
  CHECK_FALSE(find_repeat(joined({rest, Bytes(kLeast)})).has_value());
  CHECK(find_repeat(joined({rest, Bytes(kLeast + 1)})).has_value());
}

TEST_CASE("a pattern is repeated and cut") {
  CHECK(repeat_pattern(to_bytes("abc"), 7) == to_bytes("abcabca"));
  CHECK(repeat_pattern(to_bytes("abc"), 2) == to_bytes("ab"));
  CHECK(repeat_end(to_bytes("ababa-aba"), 2) == 5);
}

TEST_CASE("repetitions take next to nothing, alone and between other text") {
  const Bytes prose = to_bytes(test::english_text(2'000));
  const auto size_of = [](const Bytes& text) {
    const Bytes file = encoded_v2(text, {.level = 1, .threads = 1, .block_bytes = 1 << 20});
    const auto outcome = decode_v2(file);
    REQUIRE(outcome.status.has_value());
    CHECK(outcome.text == text);
    return file.size();
  };
  // 38 + 1 + 41 bytes of the frame, and for each MiB at level 1 a block of 46 + 8 + the pattern.
  CHECK(size_of(Bytes(5 << 20)) == 80 + 5 * 55);
  CHECK(size_of(repeated("a line\n", 1 << 20)) == 80 + 54 + 7);
  // Pieces of every kind, also across the ends of blocks of 1 MiB.
  const std::size_t alone = size_of(joined({prose, prose, Bytes(kLeast, '!')}));
  CHECK(size_of(joined({prose, Bytes(3'000'000, ' '), prose, repeated("xyz", 200'000)})) <
        2 * alone + 500);
}

TEST_CASE("a long pattern is coded, and its repetitions take few blocks") {
  const auto report_of = [](const Bytes& text, const EncodeOptions& options) {
    MemorySink sink;
    const auto report = encode(test::tiny_model_v2(), text, sink, options);
    REQUIRE(report.has_value());
    CHECK(decode_v2(sink.bytes()).text == text);
    return *report;
  };
  // A pattern that the model makes a good deal shorter.
  const std::string line = test::english_text(1000) + "\n";
  const Bytes text = repeated(line, 2'000'000);
  const CodingReport whole = report_of(text, {.level = 6, .threads = 1});
  CHECK(whole.blocks == 1);
  CHECK(whole.payload_bytes < line.size() * 2 / 3);
  // A given size of blocks is kept.
  CHECK(report_of(text, {.level = 6, .threads = 1, .block_bytes = 1 << 20}).blocks == 2);
  // Other blocks of such a frame are no longer than the level's, and what follows the repetition
  // is not lost where it was read with it.
  Bytes mixed = text;
  const Bytes prose = to_bytes(test::english_text(1'700'000));
  mixed.insert(mixed.end(), prose.begin(), prose.end());
  CHECK(report_of(mixed, {.level = 1, .threads = 1}).blocks == 1 + 3);
  // A pattern that does not shrink is kept as it is.
  const Bytes noise = test::random_bytes(1000, 1);
  Bytes noisy;
  for (int i = 0; i < 1000; ++i) noisy.insert(noisy.end(), noise.begin(), noise.end());
  const CodingReport stored = report_of(noisy, {.level = 6, .threads = 1});
  CHECK(stored.payload_bytes == stored.blocks * noise.size());
}

TEST_CASE("a repeated block needs no model, and a header that contradicts itself is refused") {
  const Bytes file = encoded_v2(Bytes(1 << 20, 7), {.level = 1, .threads = 1});
  CHECK(decode_v2(file, test::other_model_v2()).text == Bytes(1 << 20, 7));

  const FrameHeader frame{.block_bytes = 1000};
  const BlockHeader good{.type = BlockType::repeated, .text_bytes = 1000, .payload_bytes = 999};
  const auto parsed = [&](const BlockHeader& block) {
    return parse_block_header(serialize(block, frame, 0), frame, 0);
  };
  CHECK(parsed(good)->type == BlockType::repeated);
  BlockHeader bad = good;
  bad.payload_bytes = 0;
  CHECK(parsed(bad).error().code == ErrorCode::corrupt);
  bad.payload_bytes = 1000;
  CHECK(parsed(bad).error().code == ErrorCode::corrupt);
  bad = good;
  bad.final_range = 1 << 24;
  CHECK(parsed(bad).error().code == ErrorCode::corrupt);
}

}  // namespace czip::v2
