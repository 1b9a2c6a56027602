// What is recovered of damaged files, and that hostile ones cost little.
#include "czip/codec/v2/salvage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "support/v2_files.hpp"
#include "v2/container/container.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::encoded_v2;
using test::joined;
using test::random_bytes;
using test::small_block_frame;
using test::tiny_model_v2;
using test::words;

struct Salvaged {
  Bytes text;
  SalvageReport report;
};

Salvaged salvaged(const Bytes& file, bool skip_lost = false) {
  MemorySource source(file);
  SalvageOptions options;
  options.decode.threads = 1;
  options.skip_lost = skip_lost;
  const auto salvage = Salvage::scan(
      [](const ModelReference& wanted) { return matching_model(tiny_model_v2(), wanted); }, source,
      options);
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

}  // namespace

TEST_CASE("every single byte changed costs at most one block") {
  for (const bool announced : {true, false}) {
    const Bytes text = joined({random_bytes(1000, 1), words(700), random_bytes(300, 2)});
    const Bytes file = small_block_frame(text, {.block_bytes = kBlock, .announced = announced});
    for (std::size_t i = 0; i < file.size(); ++i) {
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
  const auto salvage = Salvage::scan(
      [](const ModelReference& wanted) { return matching_model(tiny_model_v2(), wanted); }, source,
      {});
  REQUIRE(salvage.has_value());
  CHECK_FALSE(salvage->found_text());
  const Bytes text = words(60);
  CHECK(salvaged(joined({noise, encoded_v2(text), noise})).text == text);
}

}  // namespace czip::v2
