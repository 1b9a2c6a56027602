// What is recovered of damaged files, and that hostile ones cost little.
#include "czip/codec/v2/salvage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "support/fast_tests.hpp"
#include "support/v2_files.hpp"
#include "v2/container/compact_tester.hpp"
#include "v2/container/container.hpp"
#include "v2/container/recovery_record.hpp"
#include "v2/container/salvage_plan.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::encoded_v2;
using test::joined;
using test::other_model_v2;
using test::random_bytes;
using test::small_block_frame;
using test::tiny_model_v2;
using test::words;

struct Salvaged {
  Bytes text;
  SalvageReport report;
};

Result<Model> only_tiny_model(const ModelReference& wanted) {
  return matching_model(tiny_model_v2(), wanted);
}

SalvageOptions one_thread() { return {.decode = {.threads = 1}}; }

Salvaged salvaged(const Bytes& file, bool skip_lost = false) {
  MemorySource source(file);
  SalvageOptions options = one_thread();
  options.skip_lost = skip_lost;
  const auto salvage = Salvage::scan(only_tiny_model, source, options);
  REQUIRE(salvage.has_value());
  MemorySink sink;
  const auto report = salvage->decode(sink);
  REQUIRE(report.has_value());
  return {sink.bytes(), *report};
}

Bytes part(const Bytes& bytes, std::size_t begin, std::size_t end) {
  return {bytes.begin() + static_cast<std::ptrdiff_t>(begin),
          bytes.begin() + static_cast<std::ptrdiff_t>(end)};
}

constexpr std::uint32_t kBlock = 500;

// Where the blocks of a frame of stored blocks begin.
std::size_t block_at(std::size_t number) {
  return kFrameHeaderBytes + number * (kBlockHeaderBytes + kBlock);
}

Bytes frame_bytes(FrameHeader& frame) {
  const auto header = serialize(frame);
  return {header.begin(), header.end()};
}

// A stored block, or only a header that claims `claimed` bytes, which are damaged.
Bytes stored_block(const FrameHeader& frame, std::uint64_t text_offset, const Bytes& text,
                   std::uint32_t claimed = 0) {
  const std::uint32_t size = claimed != 0 ? claimed : static_cast<std::uint32_t>(text.size());
  const std::uint64_t hash = claimed != 0 ? 1 : hash64(text);
  const BlockHeader block{
      .text_bytes = size, .payload_bytes = size, .text_hash = hash, .payload_hash = hash};
  const auto header = serialize(block, frame, text_offset);
  return joined({Bytes(header.begin(), header.end()), text});
}

Bytes compact_header(const CompactHeader& header) {
  return joined({serialize(header), Bytes(header.check_bytes(), 7)});
}

Bytes recovery_header(bool at_end) {
  const auto header = serialize(RecoveryHeader{.data_shards = 10,
                                               .parity_shards = 2,
                                               .at_end = at_end,
                                               .shard_bytes = 64,
                                               .covered_bytes = 1000});
  return {header.begin(), header.end()};
}

// Counts what is read.
class CountingSource final : public RandomAccessSource {
 public:
  explicit CountingSource(const Bytes& bytes) : source_(bytes) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    auto count = source_.read_at(offset, buffer);
    read += count.value_or(0);
    return count;
  }
  Result<std::uint64_t> size() override { return source_.size(); }

  std::uint64_t read = 0;

 private:
  MemorySource source_;
};

// Calls `add` with 0, 1, ... until there are enough bytes.
template <class Add>
Bytes repeated(std::size_t bytes, const Add& add) {
  Bytes all;
  for (std::uint64_t i = 0; all.size() < bytes; ++i) {
    const Bytes more = add(i);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace

TEST_CASE("every single byte changed costs at most one block") {
  for (const bool announced : {true, false}) {
    const Bytes text = joined({random_bytes(1000, 1), words(700), random_bytes(300, 2)});
    const Bytes file = small_block_frame(text, {.block_bytes = kBlock, .announced = announced});
    for (std::size_t i = 0; i < file.size(); i += test::full_or_fast(1U, 11U)) {
      CAPTURE(i);
      Bytes damaged = file;
      damaged[i] ^= 0x40;
      const Salvaged result = salvaged(damaged);
      CHECK_FALSE(result.report.complete());
      std::size_t different = 0;
      REQUIRE(result.text.size() <= text.size());
      for (std::size_t at = 0; at < text.size(); at += kBlock) {
        const std::size_t end = std::min<std::size_t>(text.size(), at + kBlock);
        if (result.text.size() < end || part(result.text, at, end) != part(text, at, end))
          ++different;
      }
      CHECK(different <= 1);
    }
  }
}

TEST_CASE("lost text is told, and stands as zeros or is left out") {
  const Bytes text = random_bytes(5 * kBlock, 3);
  Bytes file = small_block_frame(text, {.block_bytes = kBlock});
  file[block_at(2) + 100] ^= 1;
  Bytes wanted = text;
  std::fill_n(wanted.begin() + 2 * kBlock, kBlock, std::uint8_t{0});
  const Salvaged filled = salvaged(file);
  CHECK(filled.text == wanted);
  REQUIRE(filled.report.lost.size() == 1);
  CHECK(filled.report.lost[0].text_offset == 2 * kBlock);
  CHECK(filled.report.lost[0].length == kBlock);
  CHECK(filled.report.lost[0].filled);
  REQUIRE(filled.report.damaged.size() == 1);
  CHECK(filled.report.damaged[0].begin == block_at(2));
  CHECK(filled.report.damaged[0].end == block_at(3));
  const Salvaged skipped = salvaged(file, true);
  CHECK(skipped.text == joined({part(text, 0, 2 * kBlock), part(text, 3 * kBlock, text.size())}));
  CHECK_FALSE(skipped.report.lost[0].filled);
}

TEST_CASE("without header and trailer the model is guessed, and the hashes prove it") {
  const Bytes text = words(1200);
  const Bytes file = small_block_frame(text, {.block_bytes = kBlock});
  const Bytes blocks =
      part(file, kFrameHeaderBytes, file.size() - static_cast<std::size_t>(trailer_bytes(3)));
  CHECK(salvaged(blocks).text == part(text, 0, salvaged(blocks).text.size()));
  CHECK(salvaged(blocks).text.size() >= 2 * kBlock);
}

TEST_CASE("a file inside a damaged stored block is not taken for parts of the outer one") {
  const Bytes inner = small_block_frame(random_bytes(100, 5), {.block_bytes = 100});
  REQUIRE(inner.size() < kBlock);
  Bytes text = random_bytes(3 * kBlock, 4);
  std::copy(inner.begin(), inner.end(), text.begin() + kBlock + 20);
  Bytes file = small_block_frame(text, {.block_bytes = kBlock});
  file[block_at(1) + kBlockHeaderBytes + 3] ^= 1;
  Bytes wanted = text;
  std::fill_n(wanted.begin() + kBlock, kBlock, std::uint8_t{0});
  CHECK(salvaged(file).text == wanted);
  // The next header is damaged as well.
  file[block_at(2) + 3] ^= 1;
  CHECK(part(salvaged(file).text, 0, kBlock) == part(text, 0, kBlock));
}

TEST_CASE("blocks of two files with one header do not pass for a whole") {
  const Bytes a = random_bytes(3 * kBlock, 6);
  const Bytes b = random_bytes(3 * kBlock, 7);
  Bytes file = small_block_frame(a, {.block_bytes = kBlock});
  const Bytes other = small_block_frame(b, {.block_bytes = kBlock});
  std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(block_at(1)), block_at(2) - block_at(1),
              file.begin() + static_cast<std::ptrdiff_t>(block_at(1)));
  CHECK(salvaged(file).report.mixed_frames == 1);
}

TEST_CASE("a header that claims a huge place writes no zeros up to it") {
  const Bytes payload = random_bytes(kBlock, 8);
  FrameHeader frame{.level = 1, .model = tiny_model_v2().hash(), .block_bytes = kBlock};
  const auto header = serialize(frame);
  const BlockHeader block{.text_bytes = kBlock,
                          .payload_bytes = kBlock,
                          .text_hash = hash64(payload),
                          .payload_hash = hash64(payload)};
  const auto block_bytes = serialize(block, frame, std::uint64_t{1} << 60);
  const Salvaged result =
      salvaged(joined({Bytes(header.begin(), header.end()),
                       Bytes(block_bytes.begin(), block_bytes.end()), payload}));
  CHECK(result.text == payload);
  REQUIRE_FALSE(result.report.lost.empty());
  CHECK(result.report.lost[0].length == std::uint64_t{1} << 60);
  CHECK_FALSE(result.report.lost[0].filled);
}

TEST_CASE("random bytes have nothing, and compact frames among them are found") {
  const Bytes noise = random_bytes(20000, 9);
  MemorySource source(noise);
  const auto salvage = Salvage::scan(only_tiny_model, source, {});
  REQUIRE(salvage.has_value());
  CHECK_FALSE(salvage->found_text());
  const Bytes text = words(60);
  CHECK(salvaged(joined({noise, encoded_v2(text), noise})).text == text);
}

TEST_CASE("frames of the short kind are found behind others and padding, not by a search") {
  const Bytes few = random_bytes(20, 1);
  const Bytes frame = encoded_v2(few);
  REQUIRE(frame.size() == few.size() + 4);
  const Bytes text = words(300);
  const Bytes coded = encoded_v2(text);
  CHECK(salvaged(joined({coded, frame, frame})).text == joined({text, few, few}));
  CHECK(salvaged(joined({frame, Bytes(1000), frame})).text == joined({few, few}));
  // What its first frames say where they end keeps the others, which are found behind the damage
  // only where a longer frame stands before them.
  Bytes damaged = joined({frame, frame, frame});
  damaged[10] ^= 1;
  CHECK(salvaged(damaged).text == joined({Bytes(few.size()), few, few}));
  damaged[1] ^= 1;
  damaged.insert(damaged.end(), coded.begin(), coded.end());
  damaged.insert(damaged.end(), frame.begin(), frame.end());
  CHECK(salvaged(damaged).text == joined({text, few}));
  // Two bytes of one, and the right check, among others.
  const Bytes noise = random_bytes(2000, 9);
  const Bytes hidden = joined({noise, frame, noise});
  MemorySource hiding(hidden);
  const auto salvage = Salvage::scan(only_tiny_model, hiding, {});
  REQUIRE(salvage.has_value());
  CHECK_FALSE(salvage->found_text());
}

TEST_CASE("what needs a model that is missing is lost, and the rest is given") {
  const auto other = [](std::size_t bytes) {
    MemorySink sink;
    REQUIRE(encode(other_model_v2(), words(bytes), sink, {.level = 1, .threads = 1}).has_value());
    return sink.bytes();
  };
  const Bytes text = words(300);
  for (const std::size_t bytes : {std::size_t{2000}, std::size_t{70000}}) {
    CAPTURE(bytes);
    const Bytes foreign = other(bytes);
    const Salvaged result = salvaged(joined({encoded_v2(text), foreign, encoded_v2(text)}));
    CHECK(result.text == joined({text, Bytes(bytes), text}));
    REQUIRE(result.report.missing_models.size() == 1);
    CHECK(result.report.missing_models[0].code == ErrorCode::model_mismatch);
    CHECK(result.report.damaged.empty());
    CHECK_FALSE(result.report.complete());
    // Where nothing else is left, the model is the error.
    MemorySource source(foreign);
    const auto salvage = Salvage::scan(only_tiny_model, source, one_thread());
    REQUIRE(salvage.has_value());
    MemorySink sink;
    const auto report = salvage->decode(sink);
    REQUIRE_FALSE(report.has_value());
    CHECK(report.error().code == ErrorCode::model_mismatch);
  }
}

TEST_CASE("a recovery record's header without its record hides nothing") {
  const Bytes text = random_bytes(4 * kBlock, 10);
  const Bytes file = small_block_frame(text, {.block_bytes = kBlock});
  for (const bool at_end : {false, true}) {
    const Bytes spliced = joined({part(file, 0, block_at(1)), recovery_header(at_end),
                                  part(file, block_at(1), file.size())});
    CHECK(salvaged(spliced).text == text);
  }
  CHECK(salvaged(joined({recovery_header(false), file})).text == text);
}

TEST_CASE("a block that fails does not make another frame, or its own, pass for mixed") {
  const Bytes text = words(3 * kBlock);
  const Bytes good = small_block_frame(text, {.block_bytes = kBlock});
  // The header is right, and the payload's hash, but not the text's: decoding finds out.
  Bytes bad = good;
  const auto header = std::span(bad).subspan(kFrameHeaderBytes, kBlockHeaderBytes);
  header[BlockHeaderLayout::kTextHash] ^= 1;
  store_le(&header[BlockHeaderLayout::kCheck], check32(header.first(BlockHeaderLayout::kCheck)));
  Bytes wanted = text;
  std::fill_n(wanted.begin(), kBlock, std::uint8_t{0});
  for (const bool before : {false, true}) {
    const Salvaged result = salvaged(before ? joined({bad, good}) : joined({good, bad}));
    CHECK(result.text == (before ? joined({wanted, text}) : joined({text, wanted})));
    CHECK(result.report.mixed_frames == 0);
    REQUIRE(result.report.lost.size() == 1);
    REQUIRE(result.report.damaged.size() == 1);
    CHECK(result.report.damaged[0].begin == kFrameHeaderBytes + (before ? 0 : good.size()));
  }
}

TEST_CASE("an output that keeps holes gets zeros for all that runs can have had") {
  FrameHeader frame{.level = 1, .model = tiny_model_v2().hash(), .block_bytes = kBlock};
  const Bytes payload = random_bytes(kBlock, 11);
  constexpr std::uint64_t kPlace = std::uint64_t{200} << 20;
  const Bytes start = frame_bytes(frame);
  const Bytes file = joined({start, stored_block(frame, kPlace, payload)});
  for (const bool most : {false, true}) {
    MemorySource source(file);
    SalvageOptions options = one_thread();
    if (most) options.max_zeros = most_zeros(file.size());
    const auto salvage = Salvage::scan(only_tiny_model, source, options);
    REQUIRE(salvage.has_value());
    NullSink sink;
    const auto report = salvage->decode(sink);
    REQUIRE(report.has_value());
    CHECK(report->lost[0].filled == most);
    CHECK(sink.size() == (most ? kPlace : 0) + kBlock);
  }
}

TEST_CASE("files of nothing undamaged, however many their headers, are read a few times only") {
  constexpr std::size_t kBytes = std::size_t{1} << 19;
  FrameHeader frame{.level = 1, .model = tiny_model_v2().hash(), .block_bytes = 1 << 20};
  const Bytes start = frame_bytes(frame);
  const auto numbered = [](std::uint64_t i) {
    FrameHeader header{.level = 1, .model = {i, i}, .block_bytes = 1 << 20};
    (void)serialize(header);
    return header;
  };
  const auto kinds = std::vector<std::pair<std::string, Bytes>>{
      {"small blocks, a zero behind each",
       repeated(kBytes,
                [&](std::uint64_t i) {
                  return joined({stored_block(frame, i, {}, 1), {9, 0}});
                })},
      {"long blocks",
       repeated(kBytes, [&](std::uint64_t i) { return stored_block(frame, i, {}, 1 << 18); })},
      {"blocks of many frames",
       repeated(kBytes,
                [&](std::uint64_t i) { return stored_block(numbered(i % 500), i, {}, 40); })},
      {"stored compact frames", repeated(kBytes,
                                         [](std::uint64_t) {
                                           return compact_header({.stored = true,
                                                                  .text_bytes = 60000,
                                                                  .payload_bytes = 60000});
                                         })},
      {"compact frames of few bytes, which their kinds do not fit",
       repeated(kBytes,
                [](std::uint64_t i) {
                  return Bytes{0xfc, static_cast<std::uint8_t>(0xc0 + i % 64), 1};
                })},
      {"compact frames of few bytes, a zero behind each",
       repeated(kBytes,
                [](std::uint64_t) {
                  return joined({encoded_v2(Bytes(3)), {9}});
                })},
      {"kinds of compact frames",
       repeated(kBytes,
                [](std::uint64_t i) {
                  return Bytes{0xfc, static_cast<std::uint8_t>(0x80 + i % 128)};
                })},
      {"compact frames of many models",
       repeated(kBytes,
                [](std::uint64_t i) {
                  return compact_header({.text_bytes = 9000,
                                         .payload_bytes = 8000,
                                         .model_hash = {static_cast<std::uint8_t>(i >> 8),
                                                        static_cast<std::uint8_t>(i), 1}});
                })},
      {"recovery headers",
       repeated(kBytes, [](std::uint64_t i) { return recovery_header(i % 2 == 1); })},
      {"footers", joined({start, repeated(kBytes, [&](std::uint64_t i) {
                            Bytes bytes = serialize(Trailer{}, frame);
                            store_le(&bytes[1 + FooterLayout::kBlocks],
                                     static_cast<std::uint32_t>(i * bytes.size() / 8));
                            return bytes;
                          })})}};
  for (const auto& kind : kinds) {
    CAPTURE(kind.first);
    const auto& file = kind.second;
    CountingSource source(file);
    std::size_t searches = 0;
    const auto salvage = Salvage::scan(
        [&](const ModelReference& wanted) {
          ++searches;
          return matching_model(tiny_model_v2(), wanted);
        },
        source, one_thread());
    REQUIRE(salvage.has_value());
    NullSink sink;
    const auto report = salvage->decode(sink);
    CHECK((report.has_value() || report.error().code == ErrorCode::model_mismatch));
    CHECK(source.read < 60 * file.size());
    CHECK(searches < 1000);
  }
}

TEST_CASE("false compact frames are decoded until that costs as much as the file") {
  const Bytes good = encoded_v2(words(1000));
  CompactHeader header{.text_bytes = kMaxCompactText, .payload_bytes = 500};
  std::copy_n(hash_bytes(tiny_model_v2().hash()).begin(), header.model_hash.size(),
              header.model_hash.begin());
  const Bytes bad = joined({compact_header(header), random_bytes(500, 12)});
  const Bytes file = joined({good, bad});
  MemorySource source(file);
  const ModelFinder finder = only_tiny_model;
  CompactTester tester(finder, source, file.size(), best_simd_level());
  CHECK(*tester.test(0));
  for (int i = 0; i < 20; ++i) CHECK_FALSE(*tester.test(good.size()));
  CHECK_FALSE(*tester.test(0));
}

TEST_CASE("any number of parts is put in order, in any order") {
  constexpr std::uint32_t kParts = 400'000;
  std::vector<FilePart> reversed;
  std::vector<FilePart> interleaved;
  for (std::uint32_t i = 0; i < kParts; ++i) {
    FilePart block{.offset = i * std::uint64_t{47}, .end = i * std::uint64_t{47} + 47};
    block.text_offset = kParts - i;
    block.text_end = block.text_offset + 1;
    reversed.push_back(block);
    block.frame_check = i % (kParts / 2);
    block.text_offset = i / (kParts / 2);
    block.text_end = block.text_offset + 1;
    interleaved.push_back(block);
  }
  const SalvagePlan backwards = plan_salvage(std::move(reversed));
  CHECK(backwards.frames.size() == 1);
  REQUIRE(backwards.steps.size() == kParts + 2);  // and what is lost before and after
  CHECK(backwards.steps[1].part == kParts - 1);
  CHECK(backwards.steps[kParts].part == 0);
  const SalvagePlan turns = plan_salvage(std::move(interleaved));
  CHECK(turns.frames.size() == kParts / 2);
  CHECK(turns.steps[1].part == kParts / 2);
}

TEST_CASE("more parts than the memory limit has room for are an error") {
  FrameHeader frame{.level = 1, .model = tiny_model_v2().hash(), .block_bytes = 1 << 20};
  const Bytes start = frame_bytes(frame);
  const Bytes file = repeated(100'000, [&](std::uint64_t) { return joined({start, {1}}); });
  MemorySource source(file);
  SalvageOptions options = one_thread();
  options.decode.memory_limit = 100'000;
  const auto salvage = Salvage::scan(only_tiny_model, source, options);
  REQUIRE_FALSE(salvage.has_value());
  CHECK(salvage.error().code == ErrorCode::over_limit);
}

TEST_CASE("an empty frame is whole") {
  const Salvaged result = salvaged(joined({small_block_frame({}), small_block_frame({})}));
  CHECK(result.text.empty());
  CHECK(result.report.complete());
  const Bytes file = small_block_frame({});
  MemorySource source(file);
  const auto salvage = Salvage::scan(only_tiny_model, source, one_thread());
  CHECK(salvage->found_text());
}

}  // namespace czip::v2
