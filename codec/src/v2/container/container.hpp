// The byte layouts of CZIPv2: frame header, block header, trailer and compact header. Every number
// of the container is here. Specification, as tables: conformance/czip-v2-container.md. All
// integers are little-endian.
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
#include "czip/codec/v2/coding/block_settings.hpp"
#include "v2/container/hashing.hpp"

namespace czip::v2 {

// No byte of UTF-8 is 0xfc.
inline constexpr std::array<std::uint8_t, 3> kFrameMagic{0xfc, 'C', 'Z'};
// Versions of CZIPv2 below this were drafts, and their numbers were their names. From it on, they
// are the release candidates of 1.0.
inline constexpr std::uint8_t kFirstCandidate = 5;
static_assert(kFormatVersion >= kFirstCandidate);

// The first bytes of a model's hash, which stand for it where all of them do not. Compact frames
// have kCompactModelBytes.
inline constexpr std::size_t kModelPrefixBytes = 4;
using ModelPrefix = std::array<std::uint8_t, kModelPrefixBytes>;

// Offsets of the fields, in bytes.
struct FrameHeaderLayout {
  static constexpr std::size_t kVersion = kFrameMagic.size();
  static constexpr std::size_t kFlags = kVersion + 1;
  static constexpr std::size_t kLevel = kFlags + 1;
  static constexpr std::size_t kModel = kLevel + 1;
  static constexpr std::size_t kBlockBytes = kModel + kHashBytes;
  static constexpr std::size_t kTextBytes = kBlockBytes + 4;
  static constexpr std::size_t kCheck = kTextBytes + 8;  // of the bytes before it
  static constexpr std::size_t kBytes = kCheck + 4;
};
struct BlockHeaderLayout {
  static constexpr std::size_t kType = 0;
  static constexpr std::size_t kSettings = 1;
  static constexpr std::size_t kTextBytes = 2;
  static constexpr std::size_t kPayloadBytes = kTextBytes + 4;
  static constexpr std::size_t kFinalRange = kPayloadBytes + 4;
  static constexpr std::size_t kTextHash = kFinalRange + 4;
  static constexpr std::size_t kPayloadHash = kTextHash + 8;
  static constexpr std::size_t kFrameCheck = kPayloadHash + 8;
  static constexpr std::size_t kTextOffset = kFrameCheck + 4;
  static constexpr std::size_t kCheck = kTextOffset + 8;  // of the bytes before it
  static constexpr std::size_t kBytes = kCheck + 4;
};
struct TableEntryLayout {
  static constexpr std::size_t kTextBytes = 0;
  static constexpr std::size_t kFileBytes = 4;
  static constexpr std::size_t kBytes = 8;
};
struct FooterLayout {
  static constexpr std::size_t kTextBytes = 0;
  static constexpr std::size_t kTextHash = 8;
  static constexpr std::size_t kFrameCheck = kTextHash + kHashBytes;
  static constexpr std::size_t kFlags = kFrameCheck + 4;
  static constexpr std::size_t kModel = kFlags + 1;
  static constexpr std::size_t kBlocks = kModel + kModelPrefixBytes;
  static constexpr std::size_t kCheck = kBlocks + 4;  // of the trailer's bytes before it
  static constexpr std::size_t kBytes = kCheck + 4;
};

inline constexpr std::size_t kFrameHeaderBytes = FrameHeaderLayout::kBytes;
inline constexpr std::size_t kBlockHeaderBytes = BlockHeaderLayout::kBytes;
inline constexpr std::size_t kTableEntryBytes = TableEntryLayout::kBytes;
inline constexpr std::size_t kFooterBytes = FooterLayout::kBytes;
static_assert(kFrameHeaderBytes == kMaxStartBytes);

// Flags of a frame.
inline constexpr std::uint8_t kFlagTextBytes = 1;
inline constexpr std::uint8_t kFlagArchive = 2;

// Settings of a coded block, 7 bits: bits 0-1 the profile, 2 the network, 3-5 log2 of the streams,
// 6 absolute targets of x86 branches. Bits 0-2 all set, and 6 not, stand for a language model.
// Compact frames have the first 6.
inline constexpr std::uint8_t kProfileMask = 3;
inline constexpr std::uint8_t kNetworkBit = 4;
inline constexpr std::uint8_t kLanguageModelBits = kProfileMask | kNetworkBit;
inline constexpr int kStreamsShift = 3;
inline constexpr std::uint8_t kStreamsMask = 7;
inline constexpr std::uint8_t kX86Bit = 0x40;
inline constexpr std::uint8_t kSettingsMask = 0x7f;

struct FrameHeader {
  bool archive = false;
  int level = 0;
  Hash128 model{};
  std::uint32_t block_bytes = 0;              // largest text of one block
  std::optional<std::uint64_t> text_bytes{};  // nullopt: not known when the frame was begun
  std::uint32_t check = 0;  // set by serialize and parse; names the frame in its blocks and trailer
};

[[nodiscard]] std::array<std::uint8_t, kFrameHeaderBytes> serialize(FrameHeader& header);
Result<FrameHeader> parse_frame_header(std::span<const std::uint8_t, kFrameHeaderBytes> bytes);

// Repeated: the payload is a pattern, and the text is the pattern over and over, cut to its length.
// Coded pattern: the same, but the payload is the pattern's length, of kPatternLengthBytes, and the
// pattern as it is coded.
enum class BlockType : std::uint8_t {
  end = 0,
  stored = 1,
  coded = 2,
  repeated = 3,
  coded_pattern = 4
};
inline constexpr BlockType kLastBlockType = BlockType::coded_pattern;
inline constexpr std::size_t kPatternLengthBytes = 4;

// Whether the block's payload was coded with the frame's model.
[[nodiscard]] constexpr bool is_coded(BlockType type) {
  return type == BlockType::coded || type == BlockType::coded_pattern;
}

struct BlockHeader {
  BlockType type = BlockType::stored;
  BlockSettings settings{.profile = 0};  // of coding
  std::uint32_t text_bytes = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t final_range = 0;
  std::uint64_t text_hash = 0;
  std::uint64_t payload_hash = 0;
  std::uint32_t frame_check = 0;  // of the frame's header
  std::uint64_t text_offset = 0;  // text of the frame before this block
};

// The header of the block at `text_offset` of the frame's text.
[[nodiscard]] std::array<std::uint8_t, kBlockHeaderBytes> serialize(const BlockHeader& header,
                                                                    const FrameHeader& frame,
                                                                    std::uint64_t text_offset);
// Checks every field by itself: a block can be told from other bytes wherever it stands.
Result<BlockHeader> parse_block_header(std::span<const std::uint8_t, kBlockHeaderBytes> bytes);
// Checks also that the block belongs to the frame, and there to `text_offset`.
Result<BlockHeader> parse_block_header(std::span<const std::uint8_t, kBlockHeaderBytes> bytes,
                                       const FrameHeader& frame, std::uint64_t text_offset);

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
  // Repeated from the frame's header.
  std::uint32_t frame_check = 0;
  bool archive = false;
  ModelPrefix model{};
};

[[nodiscard]] constexpr std::uint64_t trailer_bytes(std::uint64_t blocks) {
  return 1 + kTableEntryBytes * blocks + kFooterBytes;
}

[[nodiscard]] std::vector<std::uint8_t> serialize(const Trailer& trailer, const FrameHeader& frame);
// `bytes` is the whole trailer, at least trailer_bytes(0). Checks that the table adds up.
Result<Trailer> parse_trailer(std::span<const std::uint8_t> bytes);
// Checks also that the trailer belongs to the frame, and the text has the length that its header
// says.
Result<Trailer> parse_trailer(std::span<const std::uint8_t> bytes, const FrameHeader& frame);
// The number of blocks that a footer claims; not checked.
[[nodiscard]] std::uint32_t footer_blocks(std::span<const std::uint8_t, kFooterBytes> footer);

void count_block(bool stored, const BlockSettings& settings, CodingReport& report);

// The settings of a coded block, as bits.
[[nodiscard]] std::uint8_t pack_settings(const BlockSettings& settings);
Result<BlockSettings> unpack_settings(std::uint8_t byte);

// A compact frame is its header, the check and the payload. The header is the first byte of the
// magic; the kind; unless that is short, the lengths of the text and, of a coded text, of the
// payload, seven bits a byte, the lowest first; of a coded text, the beginning of the model's hash.
inline constexpr std::size_t kMaxCompactText = 0xffff;
inline constexpr std::uint8_t kCompactBit = 0x80;  // of every kind; no other magic goes on with it
// The kind is one of these, or kCompactBit and a coded text's settings, of which none has the
// profile that these seem to have.
inline constexpr std::uint8_t kStoredKind = 0x83;
inline constexpr std::uint8_t kArchiveKind = 0x8b;  // the kind proper follows
// Or kShortKind and the length of a stored text, which then has only kShortCheckBytes.
inline constexpr std::uint8_t kShortKind = 0xc0;
inline constexpr std::size_t kMaxShortText = 63;
inline constexpr std::size_t kShortCheckBytes = 2;
inline constexpr std::size_t kCompactCheckBytes = 3;
inline constexpr std::size_t kCompactModelBytes = 3;
inline constexpr int kLengthByteBits = 7;
inline constexpr std::uint8_t kLengthByteMask = (1 << kLengthByteBits) - 1;
inline constexpr std::uint8_t kMoreLengthBytes = 1 << kLengthByteBits;  // another byte follows
inline constexpr int kMaxLengthBytes = 3;
static_assert(kMaxCompactText >> (kLengthByteBits * kMaxLengthBytes) == 0);
// Without the check: the magic, kArchiveKind, the kind, two lengths and the model.
inline constexpr std::size_t kMaxCompactHeader = 3 + 2 * kMaxLengthBytes + kCompactModelBytes;
// All of a frame of the short kind.
inline constexpr std::size_t kMaxShortFrame = 3 + kShortCheckBytes + kMaxShortText;

struct CompactHeader {
  bool archive = false;
  bool stored = false;
  bool short_kind = false;  // stored, of at most kMaxShortText bytes
  BlockSettings settings{.profile = 0};
  std::uint32_t text_bytes = 0;
  std::uint32_t payload_bytes = 0;                            // text_bytes if stored
  std::array<std::uint8_t, kCompactModelBytes> model_hash{};  // first bytes, if coded

  [[nodiscard]] std::size_t check_bytes() const {
    return short_kind ? kShortCheckBytes : kCompactCheckBytes;
  }
};

// The header without its check.
[[nodiscard]] std::vector<std::uint8_t> serialize(const CompactHeader& header);
// The check, as it is written, of the header's bytes, the payload if coded, and the text.
[[nodiscard]] std::vector<std::uint8_t> compact_check(const CompactHeader& header,
                                                      std::span<const std::uint8_t> header_bytes,
                                                      std::span<const std::uint8_t> payload,
                                                      std::span<const std::uint8_t> text);
// Whether a frame of the short kind stands at the beginning of `bytes`, and its check holds.
[[nodiscard]] bool begins_short_frame(std::span<const std::uint8_t> bytes);

// Reads the header without its check, byte by byte, from `next`, which gives one byte or an error;
// appends the bytes to `bytes`.
using NextByte = std::function<Result<std::uint8_t>()>;
Result<CompactHeader> parse_compact_header(const NextByte& next, std::vector<std::uint8_t>& bytes);
// The same for what stands at the beginning of `begun`.
Result<CompactHeader> parse_compact_header(std::span<const std::uint8_t> begun,
                                           std::vector<std::uint8_t>& bytes);

}  // namespace czip::v2
