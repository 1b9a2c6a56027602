// CZIPv2 files: whatever goes in comes out, whole or in part, and every machine makes the same
// file.
#include "czip/codec/v2/codec.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "support/error_style.hpp"
#include "support/fast_tests.hpp"
#include "support/troubled_streams.hpp"
#include "support/v2_files.hpp"
#include "v2/container/container.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::decode_v2;
using test::encoded_v2;
using test::FullDisk;
using test::joined;
using test::Pipe;
using test::random_bytes;
using test::small_block_frame;
using test::tiny_model_v2;
using test::words;

Bytes round_trip(const Bytes& text, const EncodeOptions& options = {.threads = 1}) {
  const auto outcome = decode_v2(encoded_v2(text, options));
  REQUIRE_MESSAGE(outcome.status.has_value(),
                  (outcome.status ? "" : outcome.status.error().message));
  CHECK(outcome.report.text_bytes == text.size());
  return outcome.text;
}

Bytes slice(const Bytes& text, std::uint64_t start, std::uint64_t length) {
  const auto first = text.begin() + static_cast<std::ptrdiff_t>(start);
  return {first, first + static_cast<std::ptrdiff_t>(length)};
}

Result<Bytes> ranges_of(const Bytes& file, const std::vector<TextRange>& ranges,
                        unsigned threads = 1) {
  MemorySource source(file);
  MemorySink sink;
  DecodeOptions options;
  options.threads = threads;
  const ModelFinder finder = [](const ModelReference& wanted) {
    return matching_model(tiny_model_v2(), wanted);
  };
  const auto report = decode_ranges(finder, source, ranges, sink, options);
  if (!report) return tl::unexpected(report.error());
  CHECK(report->text_bytes == sink.bytes().size());
  return sink.bytes();
}

Result<Bytes> range_of(const Bytes& file, TextRange range, unsigned threads = 1) {
  return ranges_of(file, {range}, threads);
}

FileInfo info_of(const Bytes& file) {
  MemorySource source(file);
  auto info = inspect(source);
  REQUIRE_MESSAGE(info.has_value(), (info ? "" : info.error().message));
  return std::move(*info);
}

// Blocks far smaller than any level's, for tests of many.
constexpr std::size_t kBlock = kMinBlockBytes;

}  // namespace

TEST_CASE("texts of every small size and around each limit round-trip") {
  for (std::size_t size = 0; size < 200; ++size) {
    CAPTURE(size);
    CHECK(round_trip(words(size)) == words(size));
    CHECK(round_trip(random_bytes(size, 1)) == random_bytes(size, 1));
  }
  for (const std::size_t size :
       {std::size_t{16383}, std::size_t{16384}, kMaxCompactText, kMaxCompactText + 1, kBlock - 1,
        kBlock, kBlock + 1, 2 * kBlock, 2 * kBlock + 7}) {
    CAPTURE(size);
    const Bytes text = words(size);
    CHECK(round_trip(text, {.level = 1, .threads = 1, .block_bytes = kBlock}) == text);
  }
}

TEST_CASE("short texts take compact frames of few bytes") {
  CHECK(encoded_v2({}).size() == 4);
  CHECK(encoded_v2(random_bytes(63, 1)).size() == 67);
  CHECK(encoded_v2(random_bytes(64, 1)).size() == 70);
  CHECK(encoded_v2(random_bytes(127, 1)).size() == 133);
  CHECK(encoded_v2(random_bytes(128, 1)).size() == 135);
  CHECK(encoded_v2({}, {.threads = 1, .archive = true}).size() == 7);
  const Bytes file = encoded_v2(words(3000));
  const FrameInfo frame = info_of(file).first_frame;
  CHECK(frame.compact);
  CHECK(frame.blocks == 1);
  CHECK(frame.stored_blocks == 0);
  CHECK(frame.text_bytes == 3000);
  CHECK(frame.model->hex() == to_hex(tiny_model_v2().hash()).substr(0, 6));
}

TEST_CASE("a short text is coded where the whole frame is smaller") {
  // 4 bytes around a text that is stored, and 10 around a payload.
  for (std::size_t size = 1; size < 64; ++size) {
    const Bytes text(size, 'e');
    const Bytes file = encoded_v2(text);
    const bool stored = info_of(file).first_frame.stored_blocks == 1;
    CHECK(file.size() <= size + 4);
    CHECK(stored == (file.size() == size + 4));
  }
  CHECK(info_of(encoded_v2(Bytes(63, 'e'))).first_frame.stored_blocks == 0);
  CHECK(round_trip(Bytes(63, 'e'), {.threads = 1}) == Bytes(63, 'e'));
}

TEST_CASE("random data grows by less than 0.1 % and 64 bytes") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, kMaxCompactText,
                                 kMaxCompactText + 1, kBlock, 3 * kBlock}) {
    CAPTURE(size);
    const Bytes text = random_bytes(size, 9);
    const Bytes file = encoded_v2(text, {.level = 1, .threads = 1, .block_bytes = kBlock});
    CHECK(static_cast<double>(file.size()) < 1.001 * static_cast<double>(size) + 96);
    CHECK(decode_v2(file).text == text);
  }
}

TEST_CASE("the file is the same for any number of threads") {
  const std::size_t coded_blocks = test::full_or_fast(3U, 1U);
  const Bytes text =
      joined({words(coded_blocks * kBlock + 5), random_bytes(kBlock, 2), words(kBlock)});
  const Bytes file = encoded_v2(text, {.level = 1, .threads = 1, .block_bytes = kBlock});
  for (const unsigned threads : {2U, test::full_or_fast(3U, 2U), test::full_or_fast(16U, 3U)}) {
    CHECK(encoded_v2(text, {.level = 1, .threads = threads, .block_bytes = kBlock}) == file);
    CHECK(decode_v2(file, tiny_model_v2(), threads).text == text);
  }
  CHECK(encoded_v2(text, {.level = 1, .threads = 2, .block_bytes = kBlock, .verify = true}) ==
        file);
  const FrameInfo frame = info_of(file).first_frame;
  CHECK_FALSE(frame.compact);
  CHECK(frame.level == 1);
  CHECK(frame.blocks == coded_blocks + 3);
  CHECK(frame.stored_blocks >= 1);
  CHECK(frame.text_hash == decode_v2(file).report.text_hash);
}

TEST_CASE("every level round-trips, and levels outside 1 to 9 are refused") {
  const Bytes text = words(20000);
  for (int level = kMinLevel; level <= kMaxLevel; ++level) {
    CHECK(round_trip(text, {.level = level, .threads = 1}) == text);
    const LevelSettings settings = level_settings(level);
    CHECK(settings.block_bytes >= kMinBlockBytes);
    CHECK(settings.block_bytes <= kMaxBlockBytes);
  }
  for (const int level : {0, 10, -1}) {
    MemorySink sink;
    const auto report = encode(tiny_model_v2(), text, sink, {.level = level});
    REQUIRE_FALSE(report.has_value());
    CHECK(report.error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("no level makes a text longer than a lower one does") {
  std::vector<Bytes> texts;
  for (const std::size_t size : {30U, 300U, 600U, 1'000U, 5'000U, 16'384U, 90'000U}) {
    texts.push_back(test::to_bytes(test::english_text(size)));
    texts.push_back(test::to_bytes(test::csv_text(size)));
    texts.push_back(test::x86_code(size));
    Bytes digits = random_bytes(size, 1);
    for (std::uint8_t& byte : digits) byte = static_cast<std::uint8_t>('a' + byte % 16);
    texts.push_back(std::move(digits));
  }
  for (const Bytes& text : texts) {
    CAPTURE(text.size());
    std::size_t least = std::numeric_limits<std::size_t>::max() / 2;
    for (const int level : {1, 3, 6, 9}) {
      CAPTURE(level);
      const std::size_t bytes = encoded_v2(text, {.level = level, .threads = 1}).size();
      CHECK(bytes <= least + least / 1000);
      least = std::min(least, bytes);
    }
  }
}

TEST_CASE("pipes give the same text, and only the length in the header differs") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{50}, 2 * kBlock + 1}) {
    const Bytes text = words(size);
    Pipe pipe(text);
    MemorySink sink;
    REQUIRE(encode(tiny_model_v2(), pipe, sink, {.level = 1, .threads = 2, .block_bytes = kBlock})
                .has_value());
    Pipe packed(sink.bytes());
    MemorySink back;
    REQUIRE(decode(tiny_model_v2(), packed, back, {.threads = 2}).has_value());
    CHECK(back.bytes() == text);
    CHECK(sink.bytes().size() ==
          encoded_v2(text, {.level = 1, .threads = 1, .block_bytes = kBlock}).size());
  }
}

TEST_CASE("a text of another length than announced is an error") {
  for (const std::size_t size : {std::size_t{100}, 2 * kBlock}) {
    const Bytes text = words(size);
    for (const std::uint64_t announced : {size - 1, size + 1}) {
      Pipe pipe(text);
      MemorySink sink;
      const auto report =
          encode(tiny_model_v2(), pipe, sink,
                 {.level = 1, .threads = 1, .block_bytes = kBlock, .text_bytes = announced});
      REQUIRE_FALSE(report.has_value());
      CHECK(report.error().code == ErrorCode::io);
    }
  }
}

TEST_CASE("errors of the streams are passed on") {
  const Bytes text = words(3 * kBlock);
  Pipe broken(text, 2 * kBlock);
  MemorySink sink;
  CHECK(
      encode(tiny_model_v2(), broken, sink, {.level = 1, .block_bytes = kBlock}).error().message ==
      "read error");
  FullDisk full(0);
  CHECK(encode(tiny_model_v2(), text, full, {}).error().message == "disk full");
  CHECK(encode(tiny_model_v2(), words(9), full, {}).error().message == "disk full");
  const Bytes file = encoded_v2(text);
  MemorySource source(file);
  CHECK(decode(tiny_model_v2(), source, full, {}).error().message == "disk full");
  Pipe broken_file(file, file.size() / 2);
  CHECK(decode(tiny_model_v2(), broken_file, sink, {}).error().message == "read error");
}

TEST_CASE("frames in a row decode to their texts in a row") {
  const Bytes a = words(200);
  const Bytes b = words(10000);
  const Bytes c = random_bytes(30, 4);
  const Bytes file = joined({encoded_v2(a), small_block_frame(b), encoded_v2({}), encoded_v2(c),
                             small_block_frame({}), small_block_frame(a)});
  const Bytes text = joined({a, b, c, a});
  const auto outcome = decode_v2(file, tiny_model_v2(), 3);
  REQUIRE(outcome.status.has_value());
  CHECK(outcome.text == text);
  CHECK(outcome.report.frames == 6);
  const FileInfo info = info_of(file);
  CHECK(info.frames == 6);
  CHECK(info.text_bytes == text.size());
  CHECK(info.file_bytes == file.size());
  for (std::uint64_t start = 0; start <= text.size(); start += 97)
    CHECK(*range_of(file, {start, 500}) ==
          slice(text, start, std::min<std::uint64_t>(500, text.size() - start)));
}

TEST_CASE("a range is that part of the text") {
  const Bytes text = words(20000);
  for (const Bytes& file :
       {small_block_frame(text), small_block_frame(text, {.announced = false}), encoded_v2(text)}) {
    for (const std::uint64_t start : {0U, 1U, 4095U, 4096U, 4097U, 12000U, 19999U, 20000U})
      for (const std::uint64_t length : {0U, 1U, 4096U, 9000U, 20000U}) {
        CAPTURE(start);
        CAPTURE(length);
        const std::uint64_t there = std::min<std::uint64_t>(length, 20000 - start);
        CHECK(*range_of(file, {start, length}, 2) == slice(text, start, there));
      }
    CHECK(*range_of(file, {5, std::numeric_limits<std::uint64_t>::max()}) == slice(text, 5, 19995));
    const auto beyond = range_of(file, {20001, 1});
    REQUIRE_FALSE(beyond.has_value());
    CHECK(beyond.error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("several ranges are these parts of the text, in a row") {
  const Bytes text = words(20000);
  for (const Bytes& file :
       {small_block_frame(text), encoded_v2(text),
        joined({small_block_frame(slice(text, 0, 7000)), encoded_v2(slice(text, 7000, 13000))})}) {
    const std::vector<std::vector<TextRange>> cases{
        {},
        {{5, 0}},
        {{0, 1}, {1, 1}, {2, 0}, {4095, 2}},
        {{10, 20}, {40, 5000}, {5040, 1}, {12288, 4096}, {19999, 1}, {20000, 0}},
        {{4096, 4096}, {8192, 4096}, {16000, std::numeric_limits<std::uint64_t>::max()}},
    };
    for (const auto& ranges : cases) {
      Bytes wanted;
      for (const TextRange& range : ranges)
        wanted =
            joined({wanted, slice(text, range.start,
                                  std::min<std::uint64_t>(range.length, 20000 - range.start))});
      for (const unsigned threads : {1U, 3U}) CHECK(*ranges_of(file, ranges, threads) == wanted);
    }
    for (const auto& ranges : std::vector<std::vector<TextRange>>{
             {{10, 2}, {11, 1}}, {{10, 2}, {5, 1}}, {{0, 1}, {20001, 1}}})
      CHECK(ranges_of(file, ranges).error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("a range needs only its own blocks") {
  const Bytes text = words(20000);
  Bytes file = small_block_frame(text);
  file[kFrameHeaderBytes + kBlockHeaderBytes + 5] ^= 1;  // the payload of block 0
  CHECK(*range_of(file, {5000, 100}) == slice(text, 5000, 100));
  CHECK(range_of(file, {0, 100}).error().code == ErrorCode::corrupt);
}

TEST_CASE("another model is refused with both hashes") {
  for (const Bytes& file : {encoded_v2(words(500)), encoded_v2(words(100000))}) {
    const auto outcome = decode_v2(file, test::other_model_v2());
    REQUIRE_FALSE(outcome.status.has_value());
    const Error& error = outcome.status.error();
    CHECK(error.code == ErrorCode::model_mismatch);
    CHECK(test::is_well_styled(error.message));
    CHECK(error.message.find(to_hex(test::other_model_v2().hash())) != std::string::npos);
    CHECK(error.message.find(info_of(file).first_frame.model->hex()) != std::string::npos);
  }
}

TEST_CASE("what is only stored needs no model") {
  const Bytes text = random_bytes(100000, 3);
  for (const Bytes& file : {encoded_v2(text), encoded_v2(random_bytes(50, 5)), encoded_v2({})})
    CHECK(decode_v2(file, test::other_model_v2()).status.has_value());
}

TEST_CASE("archives are marked, in both kinds of frame") {
  const Bytes compact = encoded_v2(words(500), {.threads = 1, .archive = true});
  const Bytes full = encoded_v2(words(100000), {.threads = 1, .archive = true});
  for (const Bytes& file : {compact, full}) {
    CHECK(info_of(file).first_frame.archive);
    CHECK(starts_archive(std::span(file).first(std::min(file.size(), kMaxStartBytes))));
    CHECK(has_magic(file));
  }
  CHECK_FALSE(starts_archive(encoded_v2(words(500))));
  CHECK_FALSE(starts_archive(encoded_v2(words(100000))));
  CHECK_FALSE(starts_archive(Bytes{}));
  CHECK_FALSE(has_magic(Bytes{0xfc}));
  CHECK_FALSE(has_magic(test::words(10)));
  const auto mixed = decode_v2(joined({compact, encoded_v2(words(500))}));
  REQUIRE_FALSE(mixed.status.has_value());
  CHECK(mixed.status.error().code == ErrorCode::corrupt);
}

TEST_CASE("progress counts the text") {
  const Bytes text = words(3 * kBlock);
  std::uint64_t done = 0;
  EncodeOptions options{.level = 1, .threads = 2, .block_bytes = kBlock};
  options.progress = [&](std::uint64_t bytes) {
    CHECK(bytes > done);
    done = bytes;
    return true;
  };
  const Bytes file = encoded_v2(text, options);
  CHECK(done == text.size());
}

TEST_CASE("a progress callback that returns false cancels encoding and decoding") {
  const Bytes text = words(4 * kBlock);
  const Bytes file = encoded_v2(text, {.level = 1, .threads = 2, .block_bytes = kBlock});
  for (const unsigned threads : {1U, 2U}) {
    int calls = 0;
    const Progress second = [&](std::uint64_t) { return ++calls < 2; };
    MemorySource source(text);
    MemorySink out;
    const auto coded =
        encode(tiny_model_v2(), source, out,
               {.level = 1, .threads = threads, .block_bytes = kBlock, .progress = second});
    REQUIRE_FALSE(coded.has_value());
    CHECK(coded.error().code == ErrorCode::cancelled);
    CHECK(calls == 2);  // and never again

    calls = 0;
    MemorySource in(file);
    MemorySink whole;
    const auto result =
        decode(tiny_model_v2(), in, whole, {.threads = threads, .progress = second});
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::cancelled);
    CHECK(calls == 2);
    CHECK(whole.bytes().size() < text.size());
  }
}

}  // namespace czip::v2
