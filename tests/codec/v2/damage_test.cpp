// Damaged and hostile CZIPv2 files: always an error, and never anything worse.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "support/error_style.hpp"
#include "support/fast_tests.hpp"
#include "support/v2_files.hpp"
#include "v2/container/container.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::decode_v2;
using test::encoded_v2;
using test::joined;
using test::random_bytes;
using test::small_block_frame;
using test::tiny_model_v2;
using test::words;

// A compact file coded and one stored, a frame of coded and stored blocks, and an empty frame.
std::vector<Bytes> samples() {
  return {encoded_v2(words(300)), encoded_v2(random_bytes(40, 1)), encoded_v2({}),
          small_block_frame(joined({words(700), random_bytes(300, 2), words(200)}),
                            {.block_bytes = 500}),
          small_block_frame({})};
}

void check_error(const Bytes& file, ErrorCode code, std::string_view fragment) {
  const auto outcome = decode_v2(file);
  REQUIRE_FALSE(outcome.status.has_value());
  const Error& error = outcome.status.error();
  CAPTURE(error.message);
  CHECK(error.code == code);
  CHECK(error.message.find(fragment) != std::string::npos);
  CHECK(test::is_well_styled(error.message));
}

bool is_damage(ErrorCode code) {
  return code == ErrorCode::corrupt || code == ErrorCode::truncated ||
         code == ErrorCode::unsupported || code == ErrorCode::model_mismatch;
}

// Checks that a file fails as damage does: read whole, in part, or inspected without a model where
// that can see it.
void check_fails(const Bytes& file) {
  const auto outcome = decode_v2(file);
  REQUIRE_FALSE(outcome.status.has_value());
  CHECK(is_damage(outcome.status.error().code));
  CHECK_MESSAGE(test::is_well_styled(outcome.status.error().message),
                outcome.status.error().message);
  MemorySource source(file);
  if (const auto info = inspect(source); !info) CHECK(is_damage(info.error().code));
  MemorySink sink;
  const auto part = decode_range(
      [](const ModelReference& wanted) { return matching_model(tiny_model_v2(), wanted); }, source,
      {0, 100}, sink, {.threads = 1});
  if (!part)
    CHECK((is_damage(part.error().code) || part.error().code == ErrorCode::invalid_argument));
}

// Frame headers and block headers with correct checks and any fields.
using FrameBytes = std::array<std::uint8_t, kFrameHeaderBytes>;

Bytes frame_with(const std::function<void(FrameBytes&)>& lie, const Bytes& rest = {}) {
  FrameHeader header{.level = 1, .model = tiny_model_v2().hash(), .block_bytes = 1000};
  FrameBytes bytes = serialize(header);
  lie(bytes);
  store_le(&bytes[34], check32(std::span(bytes).first<34>()));
  return joined({Bytes(bytes.begin(), bytes.end()), rest});
}

Bytes block_with(const BlockHeader& block, std::uint32_t block_bytes, const Bytes& payload,
                 std::uint8_t type = 0, std::uint8_t settings = 0) {
  FrameHeader header{.level = 1, .model = tiny_model_v2().hash(), .block_bytes = block_bytes};
  const auto frame = serialize(header);
  auto bytes = serialize(block, header, 0);
  if (type != 0) bytes[0] = type;
  if (settings != 0) bytes[1] = settings;
  store_le(&bytes[42], check32(std::span(bytes).first<42>()));
  return joined({Bytes(frame.begin(), frame.end()), Bytes(bytes.begin(), bytes.end()), payload});
}

}  // namespace

TEST_CASE("every single bit changed is seen") {
  for (Bytes file : samples())
    for (std::size_t i = 0; i < file.size(); ++i)
      for (int bit = 0; bit < 8; bit += test::full_or_fast(1, 5)) {
        CAPTURE(i);
        CAPTURE(bit);
        file[i] ^= static_cast<std::uint8_t>(1 << bit);
        check_fails(file);
        file[i] ^= static_cast<std::uint8_t>(1 << bit);
      }
}

// A change of the kind makes another layout of the same bytes, with another check.
TEST_CASE("every bit changed in the kind of a compact frame of a short text is seen") {
  for (std::size_t size = 0; size < 64; ++size)
    for (const Bytes& text : {random_bytes(size, 1), Bytes(size, 'x'), Bytes(size)}) {
      CAPTURE(size);
      Bytes file = encoded_v2(text);
      for (int bit = 0; bit < 8; ++bit) {
        file[1] ^= static_cast<std::uint8_t>(1 << bit);
        check_fails(file);
        file[1] ^= static_cast<std::uint8_t>(1 << bit);
      }
    }
}

TEST_CASE("every single bit changed in a file of several frames is seen") {
  Bytes file = joined({encoded_v2(words(60)), small_block_frame(words(600), {.block_bytes = 500}),
                       encoded_v2(random_bytes(9, 3))});
  for (std::size_t i = 0; i < file.size(); ++i) {
    CAPTURE(i);
    file[i] ^= 0x10;
    // Where a frame begins no longer as one does, the frames before it are whole, and the rest is
    // told to be garbage.
    const auto outcome = decode_v2(file);
    if (outcome.status)
      CHECK(outcome.report.trailing.garbage_offset.has_value());
    else
      check_fails(file);
    file[i] ^= 0x10;
  }
}

TEST_CASE("a file cut anywhere is seen") {
  for (const Bytes& file : samples())
    for (std::size_t size = 0; size < file.size(); ++size) {
      CAPTURE(size);
      const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
      check_fails(cut);
      MemorySource source(cut);
      CHECK_FALSE(inspect(source).has_value());
    }
}

// What follows the text, as all ways to read a file tell it.
TrailingData trailing_data(const Bytes& file, const Bytes& text) {
  const auto outcome = decode_v2(file);
  REQUIRE(outcome.status.has_value());
  CHECK(outcome.text == text);
  MemorySource source(file);
  const auto info = inspect(source);
  REQUIRE(info.has_value());
  MemorySink sink;
  const auto part = decode_range(
      [](const ModelReference& wanted) { return matching_model(tiny_model_v2(), wanted); }, source,
      {0, 1u << 20}, sink, {.threads = 1});
  REQUIRE(part.has_value());
  CHECK(sink.bytes() == text);
  for (const TrailingData& other : {info->trailing, part->trailing}) {
    CHECK(other.padding_bytes == outcome.report.trailing.padding_bytes);
    CHECK(other.garbage_offset == outcome.report.trailing.garbage_offset);
  }
  return outcome.report.trailing;
}

TEST_CASE("zeros after the end and between frames are padding") {
  for (const Bytes& file : samples()) {
    const Bytes text = decode_v2(file).text;
    for (const std::size_t count : std::array<std::size_t, 4>{1, 512, 4096, 10000}) {
      const Bytes zeros(count);
      const TrailingData after = trailing_data(joined({file, zeros}), text);
      CHECK(after.padding_bytes == count);
      CHECK_FALSE(after.garbage_offset.has_value());
      const TrailingData between =
          trailing_data(joined({file, zeros, file, zeros}), joined({text, text}));
      CHECK(between.padding_bytes == 2 * count);
      CHECK_FALSE(between.garbage_offset.has_value());
    }
  }
  check_error(joined({Bytes(512), encoded_v2(words(60))}), ErrorCode::corrupt, "not a CZIPv2 file");
}

TEST_CASE("other bytes after the end are told, and the text is given") {
  for (const Bytes& file : samples()) {
    const Bytes text = decode_v2(file).text;
    for (const Bytes& more : {Bytes{'x'}, Bytes{'x', 'y'}, words(100)}) {
      CHECK(trailing_data(joined({file, more}), text).garbage_offset == file.size());
      CHECK(trailing_data(joined({file, Bytes(5000), more}), text).garbage_offset ==
            file.size() + 5000);
    }
    // A frame that is cut after its first byte, or begins as one does and goes on otherwise.
    check_fails(joined({file, Bytes{0xfc}}));
    check_fails(joined({file, Bytes{0xfc, 'C', 'Z', kFormatVersion}, words(100)}));
  }
}

TEST_CASE("random bytes after a magic are refused") {
  std::mt19937 random(5);
  for (int i = 0; i < 2000; ++i) {
    Bytes file = random_bytes(random() % 200, static_cast<std::uint32_t>(random()));
    const auto kind = static_cast<std::uint8_t>(0x80 | random());
    file.insert(file.begin(), {0xfc, i % 2 == 0 ? std::uint8_t{'C'} : kind});
    if (i % 4 == 0) file.insert(file.begin() + 2, {'Z', kFormatVersion});
    check_fails(file);
  }
}

TEST_CASE("blocks moved, left out or taken from another frame are seen") {
  const Bytes text = random_bytes(1000, 6);
  const Bytes file = small_block_frame(text, {.block_bytes = 500});
  const auto cut = [&](std::size_t from, std::size_t to) {
    return Bytes(file.begin() + static_cast<std::ptrdiff_t>(from),
                 file.begin() + static_cast<std::ptrdiff_t>(to));
  };
  const std::size_t a = kFrameHeaderBytes;
  const std::size_t b = a + kBlockHeaderBytes + 500;
  const std::size_t end = b + kBlockHeaderBytes + 500;
  check_fails(joined({cut(0, a), cut(b, end), cut(a, b), cut(end, file.size())}));
  check_fails(joined({cut(0, b), cut(end, file.size())}));
  check_fails(joined({cut(0, b), cut(a, b), cut(end, file.size())}));
  const Bytes other = small_block_frame(text, {.block_bytes = 501});
  check_fails(joined(
      {Bytes(other.begin(), other.begin() + static_cast<std::ptrdiff_t>(a)), cut(a, file.size())}));
}

TEST_CASE("unknown versions, flags and types are refused by name") {
  const auto check_version = [](std::uint8_t version, const std::string& name) {
    check_error(frame_with([&](FrameBytes& bytes) { bytes[3] = version; }), ErrorCode::unsupported,
                "the frame is of " + name + "; this czip reads 1.0-rc2: decode it with the");
  };
  check_version(0, "an unknown version of CZIPv2, 0");
  check_version(1, "CZIPv2 draft 1");
  check_version(4, "CZIPv2 draft 4");
  check_version(5, "CZIPv2 1.0-rc1");
  check_version(7, "another version of CZIPv2, 7");
  check_version(255, "another version of CZIPv2, 255");
  // Where only that byte is wrong, it is damage, of which another copy or recovery data help.
  Bytes damaged = frame_with([](FrameBytes&) {});
  damaged[3] ^= 1;
  check_error(damaged, ErrorCode::corrupt, "frame header is damaged");
  check_error(frame_with([](FrameBytes& bytes) { bytes[4] = 4; }), ErrorCode::unsupported,
              "frame flags 4");
  check_error(frame_with([](FrameBytes& bytes) { store_le(&bytes[22], 0x80000000U); }),
              ErrorCode::unsupported, "2147483648");
  check_error(frame_with([](FrameBytes& bytes) { store_le(&bytes[22], 0U); }),
              ErrorCode::unsupported, "up to 0 bytes");
  check_error(frame_with([](FrameBytes& bytes) { bytes[26] = 1; }), ErrorCode::corrupt,
              "flags deny");
  const BlockHeader stored{.text_bytes = 5, .payload_bytes = 5};
  check_error(block_with(stored, 1000, {}, 5), ErrorCode::unsupported, "block type 5");
  const BlockHeader coded{.type = BlockType::coded,
                          .settings = {.profile = 0},
                          .text_bytes = 5,
                          .payload_bytes = 4,
                          .final_range = 1U << 24};
  check_error(block_with(coded, 1000, Bytes(4), 0, 3), ErrorCode::unsupported, "settings 3");
  check_error(block_with(coded, 1000, Bytes(4), 0, 0x80), ErrorCode::unsupported, "settings 128");
  check_error(block_with(coded, 1000, Bytes(4), 0, 0x38), ErrorCode::unsupported, "settings 56");
  check_error(Bytes{0xfc, 0x93, 1}, ErrorCode::unsupported,
              "kind 147, is of another version of CZIPv2: decode it with the");
  check_error(words(100), ErrorCode::corrupt, "is not a CZIPv2 file");
  check_error({}, ErrorCode::truncated, "is empty");
}

TEST_CASE("headers that contradict themselves are refused") {
  const Bytes five(5, 'x');
  const std::uint64_t hash = hash64(five);
  const BlockHeader good{
      .text_bytes = 5, .payload_bytes = 5, .text_hash = hash, .payload_hash = hash};
  const auto lie = [&](const std::function<void(BlockHeader&)>& change) {
    BlockHeader block = good;
    change(block);
    return block_with(block, 1000, five);
  };
  check_error(lie([](BlockHeader& b) { b.text_bytes = 0; }), ErrorCode::corrupt, "0 bytes of text");
  check_error(lie([](BlockHeader& b) { b.text_bytes = b.payload_bytes = 1001; }),
              ErrorCode::corrupt, "1001 bytes");
  check_error(lie([](BlockHeader& b) { b.payload_bytes = 4; }), ErrorCode::corrupt, "contradicts");
  check_error(lie([](BlockHeader& b) { b.final_range = 4; }), ErrorCode::corrupt, "contradicts");
  check_error(lie([](BlockHeader& b) { b.text_hash = 4; }), ErrorCode::corrupt, "contradicts");
  check_error(lie([](BlockHeader& b) { b.type = BlockType::coded; }), ErrorCode::corrupt,
              "contradicts");
  check_error(lie([](BlockHeader& b) { b.text_hash = b.payload_hash = 4; }), ErrorCode::corrupt,
              "hash does not match");
  // Lengths that are written in more bytes than they need, or are too large.
  check_error(Bytes{0xfc, 0x83, 0x85, 0x00, 0, 0, 0, 0}, ErrorCode::corrupt, "length");
  check_error(Bytes{0xfc, 0x83, 0xff, 0xff, 0x04, 0, 0, 0, 0}, ErrorCode::corrupt, "length");
  check_error(Bytes{0xfc, 0x83, 0xff, 0xff, 0xff, 0xff, 0x01}, ErrorCode::corrupt, "length");
  check_error(Bytes{0xfc, 0x80, 5, 5, 0, 0, 0, 0}, ErrorCode::corrupt, "5 bytes as 5");
}

TEST_CASE("a block that asks for a network which the model lacks is refused") {
  const Bytes payload(4);
  const BlockHeader coded{.type = BlockType::coded,
                          .settings = {.profile = 0, .streams_log2 = 0, .network = true},
                          .text_bytes = 5,
                          .payload_bytes = 4,
                          .final_range = 1U << 24,
                          .payload_hash = hash64(payload)};
  check_error(block_with(coded, 1000, payload), ErrorCode::corrupt, "network");
}

TEST_CASE("a coded pattern whose length contradicts its header is refused") {
  const Bytes pattern = words(300);
  const CodedBlock coded =
      encode_block(test::tiny_model_v2(), {.profile = 0}, SimdLevel::scalar, pattern).value();
  Bytes text;
  while (text.size() < 1000) text.insert(text.end(), pattern.begin(), pattern.end());
  text.resize(1000);
  const auto with_length = [&](std::uint32_t length) {
    Bytes payload(kPatternLengthBytes);
    store_le(payload.data(), length);
    payload.insert(payload.end(), coded.payload.begin(), coded.payload.end());
    const BlockHeader header{.type = BlockType::coded_pattern,
                             .settings = {.profile = 0},
                             .text_bytes = 1000,
                             .payload_bytes = static_cast<std::uint32_t>(payload.size()),
                             .final_range = coded.final_range,
                             .text_hash = hash64(text),
                             .payload_hash = hash64(payload)};
    return block_with(header, 1000, payload);
  };
  const auto payload_bytes = static_cast<std::uint32_t>(coded.payload.size() + 4);
  REQUIRE(payload_bytes < 300);
  for (const std::uint32_t length : {0U, 1U, payload_bytes, 1000U, 1001U, 0xffffffffU}) {
    CAPTURE(length);
    check_error(with_length(length), ErrorCode::corrupt, "length of its pattern contradicts");
  }
  check_error(with_length(299), ErrorCode::corrupt, "");
  check_error(with_length(301), ErrorCode::corrupt, "");
  // Right but for the frame's end, which is not there.
  check_error(with_length(300), ErrorCode::truncated, "");
  const BlockHeader none{.type = BlockType::coded_pattern,
                         .settings = {.profile = 0},
                         .text_bytes = 1000,
                         .payload_bytes = 3,
                         .final_range = 1U << 24};
  check_error(block_with(none, 1000, Bytes(3)), ErrorCode::corrupt, "contradicts itself");
}

TEST_CASE("large lengths take no memory before their bytes are there") {
  // 64 MiB promised: the file ends long before, and so does the reading.
  constexpr std::uint32_t kHuge = std::uint32_t{64} << 20;
  const BlockHeader stored{.text_bytes = kHuge, .payload_bytes = kHuge};
  check_error(block_with(stored, kHuge, words(100)), ErrorCode::truncated, "inside a payload");
  const BlockHeader coded{.type = BlockType::coded,
                          .settings = {.profile = 0},
                          .text_bytes = kHuge,
                          .payload_bytes = kHuge - 1,
                          .final_range = 1U << 24};
  check_error(block_with(coded, kHuge, words(100)), ErrorCode::truncated, "inside a payload");
  // A footer that claims 2^32 - 1 blocks.
  Bytes file = small_block_frame(words(1000));
  store_le(&file[file.size() - 8], 0xffffffffU);
  check_fails(file);
}

}  // namespace czip::v2
