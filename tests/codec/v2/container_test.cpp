// The layouts of czip-v2-container.md, field by field. damage_test.cpp has whole files.
#include "v2/container/container.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace czip::v2 {
namespace {

using Bytes = std::vector<std::uint8_t>;

// check32 as the page has it: the low 32 bits of XXH3-64, least significant byte first.
Bytes with_check(Bytes bytes, std::uint64_t seed = 0) {
  const std::uint64_t check = XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(check >> (8 * i)));
  return bytes;
}

std::uint64_t check_of(const Bytes& checked) {
  std::uint64_t check = 0;
  for (std::size_t i = 4; i > 0; --i) check = check << 8 | checked[checked.size() - 5 + i];
  return check;
}

template <std::size_t Size>
Bytes bytes_of(const std::array<std::uint8_t, Size>& array) {
  return {array.begin(), array.end()};
}

const Hash128 kModel{0x0102030405060708, 0x090a0b0c0d0e0f10};

// The frame header of a known length and the archive flag; the one without either.
const Bytes kFullFrame = with_check({
    0xfc, 0x43, 0x5a,  // magic
    6,                 // version: 1.0-rc2
    0x03,              // length known, archive
    6,                 // effort level
    1,    2,    3,    4,    5,    6,    7,    8,
    9,    10,   11,   12,   13,   14,   15,   16,    // the model's hash
    0x00, 0x00, 0x40, 0x00,                          // B = 4 MiB
    0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01,  // length of the text
});
const Bytes kPlainFrame = with_check({
    0xfc, 0x43, 0x5a, 6,  0x00, 1,  1,  2,  3,  4,    5,    6,    7,
    8,    9,    10,   11, 12,   13, 14, 15, 16, 0xe8, 0x03, 0x00, 0x00,  // B = 1000
    0,    0,    0,    0,  0,    0,  0,  0,
});

Result<FrameHeader> parse_frame(const Bytes& bytes) {
  return parse_frame_header(std::span(bytes).first<kFrameHeaderBytes>());
}

FrameHeader plain_frame() { return parse_frame(kPlainFrame).value(); }

// `bytes` and the last four of the plain frame's header.
Bytes with_frame_check(Bytes bytes) {
  bytes.insert(bytes.end(), kPlainFrame.end() - 4, kPlainFrame.end());
  return bytes;
}

// `bytes`, the plain frame's check, 0x504030201 and the check of it all.
constexpr std::uint64_t kTextOffset = 0x504030201;
Bytes placed(Bytes bytes) {
  bytes = with_frame_check(bytes);
  bytes.insert(bytes.end(), {1, 2, 3, 4, 5, 0, 0, 0});
  return with_check(bytes);
}

// Blocks of the plain frame: stored, then coded.
Bytes stored_block() {
  return placed({
      1,                                               // stored
      0,                                               // settings
      0x03, 0x02, 0x00, 0x00,                          // 515 bytes of text
      0x03, 0x02, 0x00, 0x00,                          // and of payload
      0,    0,    0,    0,                             // range
      0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,  // hash of the text
      0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,  // and of the payload
  });
}
Bytes coded_block() {
  return placed({
      2,                                               // coded
      0x2e,                                            // profile 2, network, 2^5 streams
      0xe8, 0x03, 0x00, 0x00,                          // 1000 bytes of text
      0xe7, 0x03, 0x00, 0x00,                          // 999 of payload
      0xff, 0xee, 0xdd, 0xcc,                          // range
      0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,  // hash of the text
      0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,  // hash of the payload
  });
}
Result<BlockHeader> parse_block(const Bytes& bytes, std::uint64_t index = kTextOffset) {
  return parse_block_header(std::span(bytes).first<kBlockHeaderBytes>(), plain_frame(), index);
}

// Of a frame of two blocks, of 1000 and 7 bytes of text.
Bytes two_block_trailer() {
  Bytes bytes = with_frame_check({
      0,                                                                       // no further block
      0xe8, 0x03, 0x00, 0x00, 0x02, 0x01, 0x00, 0x00,                          // 1000 bytes in 258
      0x07, 0x00, 0x00, 0x00, 0x29, 0x00, 0x00, 0x00,                          // 7 in 41
      0xef, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,                          // 1007 bytes
      16,   15,   14,   13,   12,   11,   10,   9,    8, 7, 6, 5, 4, 3, 2, 1,  // hash of the text
  });
  bytes.insert(bytes.end(), {
                                0,           // the frame's flags
                                1, 2, 3, 4,  // its model
                                2, 0, 0, 0,  // 2 blocks
                            });
  return with_check(bytes);
}

template <class Parse>
void check_every_bit(const Bytes& bytes, const Parse& parse) {
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    CAPTURE(bit);
    Bytes changed = bytes;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    CHECK_FALSE(parse(changed).has_value());
  }
}

Bytes compact(CompactHeader header) { return serialize(header); }

// The header read from these bytes; those left over are an error of the test.
Result<CompactHeader> parse_compact(const Bytes& bytes) {
  std::size_t position = 0;
  Bytes seen;
  auto header = parse_compact_header(
      [&]() -> Result<std::uint8_t> {
        if (position == bytes.size()) return fail(ErrorCode::truncated, "ends");
        return bytes[position++];
      },
      seen);
  if (header) {
    CHECK(seen == bytes);
  }
  return header;
}

// A frame of the short kind.
Bytes short_frame(const Bytes& text) {
  Bytes bytes{0xfc, static_cast<std::uint8_t>(0xc0 + text.size())};
  bytes.insert(bytes.end(), text.begin(), text.end());
  const std::uint16_t check = crc16(bytes);
  bytes.insert(bytes.begin() + 2,
               {static_cast<std::uint8_t>(check), static_cast<std::uint8_t>(check >> 8)});
  return bytes;
}

}  // namespace

TEST_CASE("checks and hashes are XXH3") {
  // Of no bytes: XXH3's own test vectors.
  CHECK(hash64({}) == 0x2d06800538d394c2);
  CHECK(check32({}) == 0x38d394c2);
  CHECK(TextHasher().digest() == Hash128{0x99aa06d3014798d8, 0x6001c324468d497f});
  const Bytes bytes{'a', 'b', 'c'};
  CHECK(hash64(bytes) == XXH3_64bits(bytes.data(), 3));
  CHECK(check32(bytes, 7) == static_cast<std::uint32_t>(XXH3_64bits_withSeed(bytes.data(), 3, 7)));
  TextHasher hasher;
  hasher.add(std::span(bytes).first(1));
  hasher.add(std::span(bytes).subspan(1));
  const XXH128_hash_t whole = XXH3_128bits(bytes.data(), 3);
  CHECK(hasher.digest() == Hash128{whole.high64, whole.low64});
}

TEST_CASE("a 128-bit hash is stored most significant byte first") {
  const auto bytes = hash_bytes(kModel);
  for (std::size_t i = 0; i < 16; ++i) CHECK(bytes[i] == i + 1);
  CHECK(hash_from_bytes(bytes) == kModel);
}

TEST_CASE("a frame header is 38 bytes") {
  FrameHeader header{.archive = true,
                     .level = 6,
                     .model = kModel,
                     .block_bytes = 4 << 20,
                     .text_bytes = 0x0123456789abcdef};
  CHECK(bytes_of(serialize(header)) == kFullFrame);
  CHECK(header.check == check_of(kFullFrame));
  FrameHeader plain{.level = 1, .model = kModel, .block_bytes = 1000};
  CHECK(bytes_of(serialize(plain)) == kPlainFrame);
  const auto parsed = parse_frame(kFullFrame);
  REQUIRE(parsed.has_value());
  CHECK(parsed->archive);
  CHECK(parsed->level == 6);
  CHECK(parsed->model == kModel);
  CHECK(parsed->block_bytes == 4 << 20);
  CHECK(parsed->text_bytes == 0x0123456789abcdef);
  CHECK(parsed->check == header.check);
  CHECK_FALSE(plain_frame().archive);
  CHECK_FALSE(plain_frame().text_bytes.has_value());
}

TEST_CASE("any changed bit of a frame header is refused") {
  check_every_bit(kFullFrame, parse_frame);
  check_every_bit(kPlainFrame, parse_frame);
}

TEST_CASE("a block header is 46 bytes, tied to its frame and place") {
  const BlockHeader stored{.text_bytes = 515,
                           .payload_bytes = 515,
                           .text_hash = 0x1112131415161718,
                           .payload_hash = 0x1112131415161718};
  CHECK(bytes_of(serialize(stored, plain_frame(), kTextOffset)) == stored_block());
  const BlockHeader coded{.type = BlockType::coded,
                          .settings = {.profile = 2, .streams_log2 = 5, .network = true},
                          .text_bytes = 1000,
                          .payload_bytes = 999,
                          .final_range = 0xccddeeff,
                          .text_hash = 0x1112131415161718,
                          .payload_hash = 0x2122232425262728};
  CHECK(bytes_of(serialize(coded, plain_frame(), kTextOffset)) == coded_block());
  const auto parsed = parse_block(coded_block());
  REQUIRE(parsed.has_value());
  CHECK(parsed->type == BlockType::coded);
  CHECK(parsed->settings.profile == 2);
  CHECK(parsed->settings.streams_log2 == 5);
  CHECK(parsed->settings.network);
  CHECK(parsed->text_bytes == 1000);
  CHECK(parsed->payload_bytes == 999);
  CHECK(parsed->final_range == 0xccddeeff);
  CHECK(parsed->text_hash == 0x1112131415161718);
  CHECK(parsed->payload_hash == 0x2122232425262728);
  CHECK(parsed->frame_check == check_of(kPlainFrame));
  CHECK(parsed->text_offset == kTextOffset);
  CHECK(parse_block(stored_block())->type == BlockType::stored);
  CHECK_FALSE(parse_block(coded_block(), kTextOffset + 1).has_value());
  const Bytes bytes = coded_block();
  CHECK_FALSE(parse_block_header(std::span(bytes).first<kBlockHeaderBytes>(),
                                 parse_frame(kFullFrame).value(), kTextOffset)
                  .has_value());
}

TEST_CASE("a coded block's final range is one that the range coder can end in") {
  const auto parse_with_range = [](std::uint32_t range) {
    const BlockHeader coded{
        .type = BlockType::coded, .text_bytes = 1000, .payload_bytes = 999, .final_range = range};
    return parse_block(bytes_of(serialize(coded, plain_frame(), kTextOffset)));
  };
  // Each decision leaves at least 2^24: page czip-v2-coding, "Range coder".
  CHECK(parse_with_range(0x01000000).has_value());
  for (const std::uint32_t range : {0u, 1u, 0x00ffffffu}) {
    CAPTURE(range);
    const auto parsed = parse_with_range(range);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("any changed bit of a block header is refused") {
  check_every_bit(stored_block(), [](const Bytes& bytes) { return parse_block(bytes); });
  check_every_bit(coded_block(), [](const Bytes& bytes) { return parse_block(bytes); });
}

TEST_CASE("settings are bits 0-1 profile, 2 network, 3-5 log2 of the streams, 6 x86") {
  CHECK(pack_settings({.profile = 0, .streams_log2 = 0, .network = false}) == 0);
  CHECK(pack_settings({.profile = 1, .streams_log2 = 6, .network = true}) == 0x35);
  CHECK(pack_settings({.profile = 2, .streams_log2 = 1, .network = false, .x86 = true}) == 0x4a);
  CHECK(pack_settings({.streams_log2 = 4, .language_model = true}) == 0x27);
  for (unsigned byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const bool language_model = (byte & 0x47) == 7;
    const bool known = ((byte & 3) != 3 || language_model) && (byte >> 3 & 7) != 7 && byte < 128;
    const auto settings = unpack_settings(static_cast<std::uint8_t>(byte));
    REQUIRE(settings.has_value() == known);
    if (!known) {
      CHECK(settings.error().code == ErrorCode::unsupported);
      continue;
    }
    CHECK(settings->language_model == language_model);
    if (!language_model) CHECK(settings->profile == (byte & 3));
    CHECK(settings->network == ((byte & 4) != 0 && !language_model));
    CHECK(settings->streams_log2 == (byte >> 3 & 7));
    CHECK(settings->x86 == ((byte & 64) != 0));
    CHECK(pack_settings(*settings) == byte);
  }
}

TEST_CASE("a trailer is a byte 0, the seek table and a footer of 41 bytes") {
  const Trailer trailer{.table = {{1000, 258}, {7, 41}},
                        .text_bytes = 1007,
                        .text_hash = {0x100f0e0d0c0b0a09, 0x0807060504030201}};
  CHECK(serialize(trailer, plain_frame()) == two_block_trailer());
  CHECK(trailer_bytes(2) == 1 + 16 + 41);
  const Bytes bytes = two_block_trailer();
  const auto parsed = parse_trailer(bytes, plain_frame());
  REQUIRE(parsed.has_value());
  CHECK(parsed->table == trailer.table);
  CHECK(parsed->text_bytes == 1007);
  CHECK(parsed->text_hash == trailer.text_hash);
  CHECK(footer_blocks(std::span(bytes).last<kFooterBytes>()) == 2);
  CHECK_FALSE(parse_trailer(bytes, parse_frame(kFullFrame).value()).has_value());
  const Bytes empty = serialize(Trailer{}, plain_frame());
  CHECK(empty.size() == 42);
  CHECK(parse_trailer(empty, plain_frame()).has_value());
}

TEST_CASE("any changed bit of a trailer is refused") {
  check_every_bit(two_block_trailer(),
                  [](const Bytes& bytes) { return parse_trailer(bytes, plain_frame()); });
}

TEST_CASE(
    "a trailer whose sum, frame or number of blocks is another is refused, whatever its check") {
  const auto refused = [](std::size_t at, std::uint8_t value) {
    Bytes bytes = two_block_trailer();
    bytes.resize(bytes.size() - 4);
    bytes[at] = value;
    return !parse_trailer(with_check(bytes), plain_frame()).has_value();
  };
  CHECK_FALSE(refused(0, 0));
  CHECK(refused(0, 1));      // the end's type
  CHECK(refused(1, 0xe9));   // 1001 bytes in the first block
  CHECK(refused(17, 0xee));  // 1006 in all
  CHECK(refused(17 + 24, static_cast<std::uint8_t>(check_of(kPlainFrame) ^ 1)));  // another frame
  CHECK(refused(17 + 28, 2));                                                     // its flags
  CHECK(refused(17 + 29, 2));                                                     // its model
  CHECK(refused(17 + 33, 1));                                                     // blocks
  CHECK(refused(17 + 33, 3));
}

TEST_CASE("a compact header has 2 to 12 bytes without its check") {
  const auto stored = [](std::uint32_t bytes, bool archive = false, bool short_kind = false) {
    return compact({.archive = archive,
                    .stored = true,
                    .short_kind = short_kind,
                    .text_bytes = bytes,
                    .payload_bytes = bytes});
  };
  CHECK(stored(0, false, true) == Bytes{0xfc, 0xc0});
  CHECK(stored(63, false, true) == Bytes{0xfc, 0xff});
  CHECK(stored(5, true, true) == Bytes{0xfc, 0x8b, 0xc5});
  CHECK(stored(0) == Bytes{0xfc, 0x83, 0x00});
  CHECK(stored(127, true) == Bytes{0xfc, 0x8b, 0x83, 0x7f});
  // 128 = 0 + 1 * 128; 16383 = 127 + 127 * 128; 16384 = 0 + 0 * 128 + 1 * 16384
  CHECK(stored(128) == Bytes{0xfc, 0x83, 0x80, 0x01});
  CHECK(stored(16383) == Bytes{0xfc, 0x83, 0xff, 0x7f});
  CHECK(stored(16384) == Bytes{0xfc, 0x83, 0x80, 0x80, 0x01});
  // Profile 2, network, 2^3 streams: 2 + 4 + 24; 65535 = 127 + 127 * 128 + 3 * 16384; 300 = 44 + 2
  // * 128
  CHECK(compact({.archive = true,
                 .settings = {.profile = 2, .streams_log2 = 3, .network = true},
                 .text_bytes = 65535,
                 .payload_bytes = 300,
                 .model_hash = {9, 8, 7}}) ==
        Bytes{0xfc, 0x8b, 0x9e, 0xff, 0xff, 0x03, 0xac, 0x02, 9, 8, 7});
  CHECK(kMaxCompactHeader == 12);  // of a payload as long
}

TEST_CASE("a compact header is read back") {
  const auto coded = parse_compact({0xfc, 0x8b, 0x9e, 0xff, 0xff, 0x03, 0xac, 0x02, 9, 8, 7});
  REQUIRE(coded.has_value());
  CHECK(coded->archive);
  CHECK_FALSE(coded->stored);
  CHECK(coded->settings.profile == 2);
  CHECK(coded->settings.network);
  CHECK(coded->settings.streams_log2 == 3);
  CHECK(coded->text_bytes == 65535);
  CHECK(coded->payload_bytes == 300);
  CHECK(coded->model_hash == std::array<std::uint8_t, 3>{9, 8, 7});
  CHECK(coded->check_bytes() == 3);
  const auto stored = parse_compact({0xfc, 0x83, 0x80, 0x01});
  REQUIRE(stored.has_value());
  CHECK(stored->stored);
  CHECK_FALSE(stored->archive);
  CHECK(stored->text_bytes == 128);
  CHECK(stored->payload_bytes == 128);
  CHECK(stored->check_bytes() == 3);
  for (const bool archive : {false, true}) {
    const auto few = parse_compact(archive ? Bytes{0xfc, 0x8b, 0xff} : Bytes{0xfc, 0xff});
    REQUIRE(few.has_value());
    CHECK(few->archive == archive);
    CHECK(few->stored);
    CHECK(few->short_kind);
    CHECK(few->text_bytes == 63);
    CHECK(few->payload_bytes == 63);
    CHECK(few->check_bytes() == 2);
  }
}

TEST_CASE("the kinds of compact frames are those of the page, and others are of another version") {
  for (unsigned kind = 0x80; kind < 0x100; ++kind) {
    CAPTURE(kind);
    const bool coded = kind < 0xc0 && (kind & 7) != 3 && (kind >> 3 & 7) != 7;
    const bool known = coded || kind == 0x83 || kind >= 0xc0;
    for (const bool archive : {false, true}) {
      if (kind == 0x8b && !archive) continue;
      Bytes bytes{0xfc, 0x8b, static_cast<std::uint8_t>(kind), 5, 4, 1, 2, 3};
      if (!archive) bytes.erase(bytes.begin() + 1);
      Bytes unused;
      const auto header = parse_compact_header(bytes, unused);
      CHECK(header.has_value() == known);
      if (!header) {
        CHECK(header.error().code == ErrorCode::unsupported);
        CHECK(header.error().message.find("kind " + std::to_string(kind)) != std::string::npos);
      }
    }
  }
  Bytes unused;
  CHECK_FALSE(parse_compact_header(Bytes{0xfc, 0x8b, 0x43, 5}, unused).has_value());
}

TEST_CASE("compact headers that no writer makes are refused") {
  CHECK_FALSE(parse_compact({0xfc, 0x43, 0x03, 0x00}).has_value());        // magic
  CHECK_FALSE(parse_compact({0xfd, 0x83, 0x05}).has_value());              // magic
  CHECK_FALSE(parse_compact({0xfc, 0x83, 0x80, 0x00}).has_value());        // 0 in two bytes
  CHECK_FALSE(parse_compact({0xfc, 0x83, 0x80, 0x80, 0x04}).has_value());  // 65536
  CHECK_FALSE(parse_compact({0xfc, 0x83, 0x80, 0x80, 0x80, 0x00}).has_value());
  CHECK_FALSE(parse_compact({0xfc, 0x81, 5, 5, 1, 2, 3}).has_value());  // no shorter
  CHECK(parse_compact({0xfc, 0x81, 5, 4, 1, 2, 3}).has_value());
  for (std::size_t size = 0; size < 8; ++size) {
    Bytes cut{0xfc, 0x8b, 0x81, 5, 4, 1, 2, 3};
    cut.resize(size);
    REQUIRE_FALSE(parse_compact(cut).has_value());
    CHECK(parse_compact(cut).error().code == ErrorCode::truncated);
  }
}

TEST_CASE("a compact frame's check is of the header, the payload where it is coded, and the text") {
  const Bytes header{1, 2}, payload{3}, text{4, 5, 6};
  const auto low_bytes = [](const Bytes& checked, std::ptrdiff_t count) {
    const Bytes all = with_check(checked);
    return Bytes(all.end() - 4, all.end() - 4 + count);
  };
  CHECK(compact_check({.stored = false}, header, payload, text) ==
        low_bytes({1, 2, 3, 4, 5, 6}, 3));
  CHECK(compact_check({.stored = true}, header, text, text) == low_bytes({1, 2, 4, 5, 6}, 3));
  CHECK(compact_check({.stored = true, .short_kind = true}, header, text, text) ==
        Bytes{0xc6, 0x15});  // CRC-16 of 1 2 4 5 6
}

TEST_CASE("a frame of the short kind is known by its check") {
  for (const Bytes& text : {Bytes{}, Bytes{1, 2, 3}, Bytes(63, 'x')}) {
    Bytes frame = short_frame(text);
    CHECK(begins_short_frame(frame));
    CHECK(begins_frame(frame));
    frame.push_back(7);
    CHECK(begins_short_frame(frame));
    for (std::size_t i = 0; i < frame.size() - 1; ++i) {
      Bytes damaged = frame;
      damaged[i] ^= 0x10;
      CHECK_FALSE(begins_short_frame(damaged));
      const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(i));
      CHECK_FALSE(begins_short_frame(cut));
      CHECK_FALSE(begins_frame(cut));
    }
  }
}

TEST_CASE("a file's first two bytes tell its kind") {
  CHECK(has_magic(Bytes{0xfc, 0x43}));
  CHECK(has_magic(Bytes{0xfc, 0x80}));
  CHECK(has_magic(Bytes{0xfc, 0xff}));
  for (const int other : {0x00, 0x41, 0x44, 0x52, 0x7a, 0x7f})
    CHECK_FALSE(has_magic(Bytes{0xfc, static_cast<std::uint8_t>(other)}));
  CHECK_FALSE(has_magic(Bytes{0xfd, 0x43}));
  CHECK_FALSE(has_magic(Bytes{0xfc}));
  CHECK(starts_archive(kFullFrame));
  CHECK_FALSE(starts_archive(kPlainFrame));
  CHECK(starts_archive(Bytes{0xfc, 0x8b, 0x83, 0x05}));
  CHECK(starts_archive(Bytes{0xfc, 0x8b, 0xc0}));
  CHECK_FALSE(starts_archive(Bytes{0xfc, 0x8b}));
  CHECK_FALSE(starts_archive(Bytes{0xfc, 0x83, 0x05}));
  CHECK_FALSE(starts_archive(Bytes{0xfc, 0xcb, 0x05}));
}

TEST_CASE("the check of a short frame is CRC-16/IBM-3740") {
  CHECK(crc16(Bytes{0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39}) == 0x29b1);
  CHECK(crc16({}) == 0xffff);
}

TEST_CASE("what may be a text is a frame only if its header is possible") {
  CHECK(begins_frame(kPlainFrame));
  CHECK(begins_frame(Bytes{0xfc, 0x43}));
  CHECK_FALSE(begins_frame(Bytes{0xfc, 0x43, 0x5b}));
  CHECK(begins_frame(Bytes{0xfc, 0x81, 5, 4, 1, 2, 3}));
  CHECK_FALSE(begins_frame(Bytes{0xfc, 0x81, 5, 4, 1, 2}));
  CHECK_FALSE(begins_frame(Bytes{0xfc, 0x93, 5, 4, 1, 2, 3}));
  CHECK(begins_frame(Bytes{0xfc, 0x83, 0x40}));
  CHECK_FALSE(begins_frame(Bytes{0xfc, 0xe4, 'n', 'e'}));  // Latin-1: two umlauts and more
}

}  // namespace czip::v2
