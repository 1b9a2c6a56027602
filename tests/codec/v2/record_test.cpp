// Raw records: the bytes of the header, round trips of anything, and hostile bytes.
#include "czip/codec/v2/record.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/refusals.hpp"
#include "support/results.hpp"
#include "support/splitmix64.hpp"
#include "support/v2_files.hpp"
#include "v2/records/record_header.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::tiny_model_v2;

RecordCoder coder_at(int level, const Bytes& context = {}, std::size_t max_text = kMaxRecordText) {
  return test::value_of(
      RecordCoder::create(tiny_model_v2(), {.level = level, .max_text = max_text}, context));
}

Bytes encoded(RecordCoder& coder, const Bytes& text) {
  Bytes record{'?'};
  test::insist(coder.encode(text, record));
  return record;
}

Bytes decoded(RecordCoder& coder, const Bytes& record) {
  Bytes text{'?'};
  test::insist(coder.decode(record, text));
  return text;
}

// Texts of every kind, of each length that has a form of header.
std::vector<Bytes> texts() {
  std::vector<Bytes> all{{}, {0}, {0xff}, test::to_bytes("a"), test::to_bytes("\r\n")};
  for (const std::size_t size : {20U, 140U, 224U, 225U, 500U, 4320U, 4321U, 9'000U}) {
    all.push_back(test::to_bytes(test::english_text(size, size)));
    all.push_back(test::to_bytes(test::log_text(size, size)));
    all.push_back(test::random_bytes(size, size));
  }
  all.push_back(test::every_byte(1'000));
  return all;
}

Bytes header_of(std::size_t text_bytes) {
  Bytes bytes;
  append_record_header(bytes, text_bytes);
  return bytes;
}

}  // namespace

TEST_CASE("the header of a coded record has one to three bytes, computed by hand") {
  CHECK(header_of(1) == Bytes{0});
  CHECK(header_of(140) == Bytes{139});
  CHECK(header_of(224) == Bytes{223});
  CHECK(header_of(225) == Bytes{224, 0});
  CHECK(header_of(480) == Bytes{224, 255});
  CHECK(header_of(481) == Bytes{225, 0});
  CHECK(header_of(4'320) == Bytes{239, 255});
  CHECK(header_of(4'321) == Bytes{240, 0, 0});
  CHECK(header_of(69'857) == Bytes{241, 0, 0});
  CHECK(header_of(kMaxRecordText) == Bytes{254, 255, 255});
}

TEST_CASE("every header is read as it was written") {
  for (std::size_t size = 1; size <= kMaxRecordText; size += size < 5'000 ? 1 : 997) {
    const Bytes header = header_of(size);
    const auto read = parse_record_header(header);
    if (header.size() > size) continue;  // no text is so short that its header is as long
    REQUIRE(read.has_value());
    CHECK(!read->stored);
    CHECK(read->text_bytes == size);
    CHECK(read->header_bytes == header.size());
  }
}

TEST_CASE("any text comes back, in every profile, and alone as among others") {
  for (const int level : {1, 3, 6}) {
    RecordCoder coder = coder_at(level);
    RecordCoder reader = coder_at(level);
    std::vector<Bytes> records;
    for (const Bytes& text : texts()) records.push_back(encoded(coder, text));
    std::size_t i = records.size();
    auto all = texts();
    std::ranges::reverse(all);
    for (const Bytes& text : all) {
      const Bytes& record = records[--i];
      CHECK(record.size() <= text.size() + (text.empty() ? 0 : 1));
      CHECK(decoded(reader, record) == text);
      RecordCoder fresh = coder_at(level);
      CHECK(encoded(fresh, text) == record);
    }
  }
}

TEST_CASE("a text of the greatest length comes back, and a longer one is refused") {
  RecordCoder coder = coder_at(1);
  const Bytes text = test::words(kMaxRecordText);
  CHECK(decoded(coder, encoded(coder, text)) == text);
  Bytes record;
  test::check_refusal(coder.encode(test::words(kMaxRecordText + 1), record),
                      ErrorCode::invalid_argument,
                      "a text of 987361 bytes is too long for a record; the most is 987360");
}

TEST_CASE("a context that records resemble makes them shorter, and belongs to the agreement") {
  const Bytes context = test::to_bytes(test::log_text(8'000, 1));
  const Bytes text = test::to_bytes(test::log_text(200, 2));
  for (const int level : {1, 3, 6}) {
    RecordCoder alone = coder_at(level);
    RecordCoder behind = coder_at(level, context);
    const Bytes record = encoded(behind, text);
    CHECK(record.size() < encoded(alone, text).size());
    CHECK(encoded(behind, text) == record);
    RecordCoder reader = coder_at(level, context);
    CHECK(decoded(reader, record) == text);
    Bytes other;
    if (alone.decode(record, other)) CHECK(other != text);
  }
}

TEST_CASE("every SIMD level writes the same record") {
  for (const int level : {1, 3, 6})
    for (const Bytes& text : texts()) {
      if (text.size() > 600) continue;
      RecordCoder coder = coder_at(level);
      const Bytes record = encoded(coder, text);
      for (const SimdLevel simd : supported_simd_levels()) {
        RecordCoder other =
            test::value_of(RecordCoder::create(tiny_model_v2(), {.level = level, .simd = simd}));
        CHECK(encoded(other, text) == record);
        CHECK(decoded(other, record) == text);
      }
    }
}

TEST_CASE("the errors of a record say what is wrong, and leave the coder usable") {
  RecordCoder coder = coder_at(1, {}, 1'000);
  const Bytes text = test::to_bytes(test::english_text(100));
  const Bytes record = encoded(coder, text);
  Bytes out;
  const auto decode = [&](const Bytes& bytes) { return coder.decode(bytes, out); };
  test::check_refusal(decode({0xff}), ErrorCode::truncated,
                      "the record ends before its stored text");
  test::check_refusal(decode({224}), ErrorCode::truncated,
                      "the record ends within the length of its text");
  test::check_refusal(decode({0, 'x'}), ErrorCode::corrupt,
                      "the record codes 1 bytes, and is no shorter than if it stored them");
  test::check_refusal(decode({254, 255, 255, 1}), ErrorCode::over_limit,
                      "the record's text of 987360 bytes is longer than the limit of 1000");
  CHECK(out.empty());
  test::check_refusal(RecordCoder::create(tiny_model_v2(), {}, Bytes(kMaxRecordContext + 1)),
                      ErrorCode::invalid_argument,
                      "a context of 1048577 bytes is too long for records; the most is 1048576");
  CHECK(RecordCoder::create(tiny_model_v2(), {.level = 10}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(decoded(coder, record) == text);
}

TEST_CASE("a record that is cut gives an error or another text") {
  for (const int level : {1, 6}) {
    RecordCoder coder = coder_at(level);
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const Bytes text = test::to_bytes(test::log_text(300, seed));
      const Bytes record = encoded(coder, text);
      for (std::size_t size = 0; size < record.size(); ++size) {
        Bytes out;
        const auto status = coder.decode(std::span(record).first(size), out);
        CHECK(out != text);
        if (!status) CHECK(out.empty());
      }
      CHECK(decoded(coder, record) == text);
    }
  }
}

TEST_CASE("what decodes is what an encoder of its tokens writes: random bytes and flipped bits") {
  RecordCoder coder = coder_at(1, {}, 20'000);
  test::SplitMix64 random(7);
  const Bytes text = test::to_bytes(test::english_text(140));
  const Bytes record = encoded(coder, text);
  std::size_t refused = 0;
  constexpr int kTries = 2'000;
  for (int i = 0; i < kTries; ++i) {
    Bytes hostile =
        i % 2 == 0
            ? test::random_bytes(static_cast<std::size_t>(1 + random.next() % 60), random.next())
            : record;
    if (i % 2 == 1)
      hostile[static_cast<std::size_t>(random.next() % hostile.size())] ^=
          static_cast<std::uint8_t>(1U << random.next() % 8);
    Bytes out;
    if (coder.decode(hostile, out)) {
      CHECK(!out.empty());
      CHECK(out != text);
    } else {
      CHECK(out.empty());
      ++refused;
    }
  }
  // Bytes that no encoder ends with.
  CHECK(refused > 0);
  CHECK(decoded(coder, record) == text);
}

}  // namespace czip::v2
