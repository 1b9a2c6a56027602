// Blocks that a language model codes: round trips, sameness, choice by level, damage.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "support/refusals.hpp"
#include "support/results.hpp"
#include "support/v2_files.hpp"
#include "support/v2_language_model.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::tiny_language_model_v2;
using test::value_of;

BlockSettings with_streams(int streams_log2) {
  return {.streams_log2 = static_cast<std::uint8_t>(streams_log2), .language_model = true};
}

Bytes coded(const Bytes& text, EncodeOptions options) {
  MemorySink sink;
  (void)value_of(encode(tiny_language_model_v2(), text, sink, options));
  return std::move(sink).take();
}

FrameInfo first_frame(const Bytes& file) {
  MemorySource in(file);
  return value_of(inspect(in)).first_frame;
}

}  // namespace

TEST_CASE("a language model's block gives back text of every kind, in any number of streams") {
  BlockCoder coder(best_simd_level());
  for (const Bytes& text :
       {Bytes{}, Bytes{'x'}, Bytes(700, 0), test::every_byte(600), test::random_bytes(500, 1),
        test::to_bytes(test::english_text(2'000)), test::text_of_language_model(1'000)}) {
    for (const int streams_log2 : {0, 1, 6}) {
      const BlockSettings settings = with_streams(streams_log2);
      const auto block = value_of(coder.encode(tiny_language_model_v2(), settings, text));
      Bytes back(text.size());
      CHECK(coder.decode(tiny_language_model_v2(), settings, block.payload, block.final_range, back)
                .has_value());
      CHECK(back == text);
    }
  }
}

TEST_CASE("a language model's payload does not depend on SIMD level, threads or earlier blocks") {
  const Bytes text = test::to_bytes(test::english_text(1'500));
  for (const int streams_log2 : {0, 3}) {
    const BlockSettings settings = with_streams(streams_log2);
    const auto expected =
        value_of(encode_block(tiny_language_model_v2(), settings, SimdLevel::scalar, text));
    for (const SimdLevel simd : supported_simd_levels()) {
      BlockCoder coder(simd);
      (void)value_of(coder.encode(tiny_language_model_v2(), with_streams(1), text));
      for (int again = 0; again < 2; ++again) {
        const auto block = value_of(coder.encode(tiny_language_model_v2(), settings, text));
        CHECK(block.payload == expected.payload);
        CHECK(block.final_range == expected.final_range);
      }
    }
  }
  CHECK(coded(text, {.threads = 1}) == coded(text, {.threads = 3}));
}

TEST_CASE("a language model codes a text that it predicts, from level 6 on") {
  const Bytes text = test::text_of_language_model(3'000);
  const std::size_t fast = coded(text, {.level = 5, .threads = 1}).size();
  for (const int level : {6, 9}) {
    const Bytes file = coded(text, {.level = level, .threads = 1, .verify = true});
    CHECK(file.size() * 2 < fast);
    CHECK(first_frame(file).language_model_blocks == 1);
    CHECK(test::decode_v2(file, tiny_language_model_v2()).text == text);
  }
  CHECK(first_frame(coded(text, {.level = 5, .threads = 1})).language_model_blocks == 0);
}

TEST_CASE("no level from 6 on makes a text of a language model larger than a lower one") {
  const Bytes text = test::text_of_language_model(9'000);
  std::size_t least = text.size();
  for (int level = 6; level <= kMaxLevel; ++level) {
    CAPTURE(level);
    const Bytes file = coded(text, {.level = level, .threads = 2});
    CHECK(file.size() <= least);
    least = file.size();
    const FrameInfo frame = first_frame(file);
    CHECK(frame.language_model_bytes == text.size());
    const std::uint64_t streams = frame.language_model_bytes / frame.language_model_stream_bytes;
    CHECK((streams == 2 || (level == kMaxLevel && streams == 1)));
  }
}

TEST_CASE("blocks that a language model does not help are coded without it, as without a model") {
  const Bytes text = test::to_bytes(test::english_text(150'000));
  const Bytes file = coded(text, {.threads = 2});
  const FrameInfo frame = first_frame(file);
  CHECK(frame.blocks == 2);
  CHECK(frame.language_model_blocks == 0);
  CHECK(test::decode_v2(file, tiny_language_model_v2()).text == text);
}

TEST_CASE("a frame has blocks with and without a language model") {
  Bytes text = test::text_of_language_model(kMinBlockBytes);
  text.resize(kMinBlockBytes);
  const Bytes english = test::to_bytes(test::english_text(66'000));
  text.insert(text.end(), english.begin(), english.end());
  const Bytes file = coded(text, {.threads = 2, .block_bytes = kMinBlockBytes});
  CHECK(first_frame(file).language_model_blocks == 1);
  const auto back = test::decode_v2(file, tiny_language_model_v2(), 2);
  CHECK(back.text == text);
  MemorySource in(file);
  MemorySink part;
  const auto models = [](const ModelReference&) { return Result<Model>(tiny_language_model_v2()); };
  (void)value_of(decode_range(models, in, {.start = 65'000, .length = 1'000}, part, {}));
  CHECK(part.bytes() == Bytes(text.begin() + 65'000, text.begin() + 66'000));
}

TEST_CASE("a changed or cut payload of a language model never passes for the text") {
  const Bytes text = test::text_of_language_model(400);
  for (const int streams_log2 : {0, 2}) {
    const BlockSettings settings = with_streams(streams_log2);
    BlockCoder coder(best_simd_level());
    const auto block = value_of(coder.encode(tiny_language_model_v2(), settings, text));
    const auto gives_text = [&](const Bytes& payload) {
      Bytes back(text.size());
      return coder.decode(tiny_language_model_v2(), settings, payload, block.final_range, back)
                 .has_value() &&
             back == text;
    };
    CHECK(gives_text(block.payload));
    for (std::size_t i = 0; i < block.payload.size(); ++i) {
      Bytes payload = block.payload;
      payload[i] ^= 0x10;
      CHECK_FALSE(gives_text(payload));
      payload.resize(i);
      CHECK_FALSE(gives_text(payload));
    }
  }
}

TEST_CASE("a compact frame of a language model has a kind of its own") {
  const Bytes text = test::text_of_language_model(1'000);
  const Bytes file = coded(text, {.threads = 1});
  CHECK(file[1] == 0x87);
  // Profile 3 without the network's bit stays unknown.
  for (const int kind : {0x93, 0x9b, 0xbf}) {
    Bytes other = file;
    other[1] = static_cast<std::uint8_t>(kind);
    CHECK(test::decode_v2(other, tiny_language_model_v2()).status.error().code ==
          ErrorCode::unsupported);
  }
}

TEST_CASE("settings of a language model are refused where the model has none") {
  Bytes back(10);
  const auto status =
      decode_block(test::tiny_model_v2(), with_streams(0), SimdLevel::scalar, {}, 0, back);
  CHECK(status.error().code == ErrorCode::unsupported);
  CHECK(status.error().message.find("language model") != std::string::npos);
}

TEST_CASE("a limit on memory takes streams of a language model, and the file says so") {
  const Bytes text = test::text_of_language_model(9'000);
  const auto with_limit = [&text](std::uint64_t limit) {
    MemorySink sink;
    const auto report =
        encode(tiny_language_model_v2(), text, sink, {.threads = 1, .memory_limit = limit});
    return report ? std::move(sink).take() : Bytes{};
  };
  // The least limit that suffices, but for less than a stream takes.
  constexpr std::uint64_t kLeastStep = 4096;
  std::uint64_t least = std::uint64_t{1} << 28;
  for (std::uint64_t step = least / 2; step >= kLeastStep; step /= 2)
    if (!with_limit(least - step).empty()) least -= step;
  const Bytes fewer = with_limit(least);
  CHECK(fewer != coded(text, {.threads = 1}));
  CHECK(fewer[1] == 0x87);  // one stream
  MemorySource in(fewer);
  MemorySink out;
  const auto models = [](const ModelReference&) { return Result<Model>(tiny_language_model_v2()); };
  CHECK(decode(models, in, out, {.threads = 1, .memory_limit = least}).has_value());
  CHECK(out.bytes() == text);
}

TEST_CASE("a limit on memory that has no room for a language model is an error") {
  const Bytes text = test::text_of_language_model(2'000);
  MemorySink sink;
  const auto report =
      encode(tiny_language_model_v2(), text, sink, {.threads = 1, .memory_limit = 100'000});
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().code == ErrorCode::over_limit);
}

}  // namespace czip::v2
