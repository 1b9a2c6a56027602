// The byte layouts of CZIPv2: frame header, block header, trailer and compact header.
// Source: conformance/czip-v2-container.md, which has them as tables.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/block_coder.hpp"
#include "v2/container/hashing.hpp"

namespace czip::v2 {

// No byte of UTF-8 is 0xfc.
inline constexpr std::array<std::uint8_t, 2> kCompactMagic{0xfc, 'z'};
inline constexpr std::array<std::uint8_t, 3> kFrameMagic{0xfc, 'C', 'Z'};
inline constexpr std::uint8_t kFrameVersion = 2;

inline constexpr std::size_t kFrameHeaderBytes = 38;
inline constexpr std::size_t kBlockHeaderBytes = 34;
inline constexpr std::size_t kTableEntryBytes = 8;
inline constexpr std::size_t kFooterBytes = 32;
static_assert(kFrameHeaderBytes == kMaxStartBytes);

struct FrameHeader {
  bool archive = false;
  int level = 0;
  Hash128 model{};
  std::uint32_t block_bytes = 0;              // most text of one block
  std::optional<std::uint64_t> text_bytes{};  // none: not known when the frame was begun
  std::uint32_t check = 0;                    // set by serialize and parse; seeds the other checks
};

[[nodiscard]] std::array<std::uint8_t, kFrameHeaderBytes> serialize(FrameHeader& header);
Result<FrameHeader> parse_frame_header(std::span<const std::uint8_t, kFrameHeaderBytes> bytes);

enum class BlockType : std::uint8_t { end = 0, stored = 1, coded = 2 };

struct BlockHeader {
  BlockType type = BlockType::stored;
  BlockSettings settings{.profile = 0};  // of a coded block
  std::uint32_t text_bytes = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t final_range = 0;
  std::uint64_t text_hash = 0;
  std::uint64_t payload_hash = 0;
};

// `index` counts a frame's blocks from 0; with the frame's own check it seeds the block's.
[[nodiscard]] std::array<std::uint8_t, kBlockHeaderBytes> serialize(const BlockHeader& header,
                                                                    const FrameHeader& frame,
                                                                    std::uint64_t index);
// Checks every field, and that the block fits the frame.
Result<BlockHeader> parse_block_header(std::span<const std::uint8_t, kBlockHeaderBytes> bytes,
                                       const FrameHeader& frame, std::uint64_t index);

// One block in the seek table.
struct TableEntry {
  std::uint32_t text_bytes = 0;
  std::uint32_t file_bytes = 0;  // header and payload
  friend bool operator==(const TableEntry&, const TableEntry&) = default;
};

// The frame's end: the byte BlockType::end, the seek table, the footer.
struct Trailer {
  std::vector<TableEntry> table;
  std::uint64_t text_bytes = 0;
  Hash128 text_hash;
};

[[nodiscard]] constexpr std::uint64_t trailer_bytes(std::uint64_t blocks) {
  return 1 + kTableEntryBytes * blocks + kFooterBytes;
}

[[nodiscard]] std::vector<std::uint8_t> serialize(const Trailer& trailer, const FrameHeader& frame);
// `bytes` is the whole trailer. Checks that the table makes the total.
Result<Trailer> parse_trailer(std::span<const std::uint8_t> bytes, const FrameHeader& frame);
// How many blocks the footer at the end of `bytes` claims; not checked.
[[nodiscard]] std::uint32_t footer_blocks(std::span<const std::uint8_t, kFooterBytes> footer);

// The settings of a coded block in 6 bits.
[[nodiscard]] std::uint8_t pack_settings(const BlockSettings& settings);
Result<BlockSettings> unpack_settings(std::uint8_t byte);

// A compact frame: this header, then the payload.
inline constexpr std::size_t kMaxCompactText = 0xffff;
inline constexpr std::size_t kCompactHashBytes = 4;
// What the header of a coded text has beyond that of a stored one, at most.
inline constexpr std::size_t kCompactCodedExtra = 3 + kCompactHashBytes;

struct CompactHeader {
  bool archive = false;
  bool stored = false;
  BlockSettings settings{.profile = 0};
  std::uint32_t text_bytes = 0;
  std::uint32_t payload_bytes = 0;                           // of a stored text: text_bytes
  std::array<std::uint8_t, kCompactHashBytes> model_hash{};  // first bytes; of a coded text
};

// All but the check, which covers these bytes, the payload where it is coded, and the text.
[[nodiscard]] std::vector<std::uint8_t> serialize(const CompactHeader& header);
[[nodiscard]] std::uint32_t compact_check(std::span<const std::uint8_t> header,
                                          std::span<const std::uint8_t> payload,
                                          std::span<const std::uint8_t> text, bool stored);

// Reads the header byte by byte from `next`, a function that gives one byte or an error; its bytes
// are appended to `bytes`.
using NextByte = std::function<Result<std::uint8_t>()>;
Result<CompactHeader> parse_compact_header(const NextByte& next, std::vector<std::uint8_t>& bytes);

}  // namespace czip::v2
