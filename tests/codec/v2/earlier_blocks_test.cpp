// An encoding that goes on where an earlier one of the same text was interrupted.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "czip/codec/v2/codec.hpp"
#include "support/results.hpp"
#include "support/v2_files.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;

// Five blocks: English, a repetition, random bytes that are stored, English.
Bytes long_text() {
  Bytes text = test::to_bytes(test::english_text(2 * kMinBlockBytes));
  text.insert(text.end(), 100'000, 'x');
  const Bytes random = test::random_bytes(kMinBlockBytes, 3);
  text.insert(text.end(), random.begin(), random.end());
  const Bytes more = test::to_bytes(test::english_text(30'000));
  text.insert(text.end(), more.begin(), more.end());
  return text;
}

struct Encoded {
  Bytes file;
  CodingReport report;
};

Encoded encoded(const Bytes& text, const Bytes& earlier, int level = 1, unsigned threads = 1) {
  MemorySource source(earlier);
  MemorySink sink;
  const EncodeOptions options{
      .level = level, .threads = threads, .block_bytes = kMinBlockBytes, .earlier = &source};
  const auto report = test::value_of(encode(test::tiny_model_v2(), text, sink, options));
  return {std::move(sink).take(), report};
}

}  // namespace

TEST_CASE("an encoding takes the whole blocks of an earlier file, wherever it ends") {
  const Bytes text = long_text();
  const auto first = encoded(text, {});
  CHECK(first.report.taken_blocks == 0);
  const std::uint64_t blocks = first.report.blocks;
  std::uint64_t taken = 0;
  for (std::size_t size = 0; size <= first.file.size(); size += 29989) {
    const Bytes begun(first.file.begin(), first.file.begin() + static_cast<std::ptrdiff_t>(size));
    const auto second = encoded(text, begun, 1, 2);
    CHECK(second.file == first.file);
    CHECK(second.report.taken_blocks >= taken);
    CHECK(second.report.text_bytes == text.size());
    CHECK(second.report.stored_blocks == first.report.stored_blocks);
    taken = second.report.taken_blocks;
  }
  CHECK(taken > 0);
  CHECK(encoded(text, first.file).report.taken_blocks == blocks);
}

TEST_CASE("an earlier file of anything else is of no use, and does no harm") {
  const Bytes text = long_text();
  const auto first = encoded(text, {});
  Bytes other = text;
  other[kMinBlockBytes + 5] ^= 1;
  const auto of_other = encoded(other, first.file);
  CHECK(of_other.report.taken_blocks == 1);
  CHECK(of_other.file == encoded(other, {}).file);
  CHECK(encoded(text, first.file, 3).report.taken_blocks == 0);
  Bytes longer = text;
  longer.push_back('x');
  CHECK(encoded(longer, first.file).report.taken_blocks == 0);  // another length is stated
  for (const Bytes& file : {Bytes{0xfc}, test::random_bytes(1000, 2), text,
                            encoded(test::to_bytes("short"), {}).file}) {
    const auto second = encoded(text, file);
    CHECK(second.report.taken_blocks == 0);
    CHECK(second.file == first.file);
  }
}

TEST_CASE("a damaged block of an earlier file is coded again") {
  const Bytes text = long_text();
  const auto first = encoded(text, {});
  for (std::size_t at = 1; at < first.file.size(); at += 30011) {
    Bytes damaged = first.file;
    damaged[at] ^= 0x40;
    CHECK(encoded(text, damaged).file == first.file);
  }
}

}  // namespace czip::v2
