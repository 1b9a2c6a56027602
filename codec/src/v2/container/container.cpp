#include "v2/container/container.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2 {
namespace {

tl::unexpected<Error> damaged_header(const char* what) {
  return fail(ErrorCode::corrupt, std::string(what) + " is damaged: its check does not match");
}

Status check_block_bytes(const BlockHeader& header, std::uint32_t limit) {
  if (header.text_bytes != 0 && header.text_bytes <= limit) return {};
  return fail(ErrorCode::corrupt, "a block of " + std::to_string(header.text_bytes) +
                                      " bytes of text, outside 1 to the frame's " +
                                      std::to_string(limit));
}

std::string name_of_other(std::uint8_t version) {
  const std::string number = std::to_string(version);
  if (version == 0) return "an unknown version of CZIPv2, 0";
  if (version < kFirstCandidate) return "CZIPv2 draft " + number;
  if (version < kFormatVersion)
    return "CZIPv2 1.0-rc" + std::to_string(version - kFirstCandidate + 1);
  return "another version of CZIPv2, " + number;
}

// Before anything else of the header, which may differ in another version. Where the check shows
// that all other bytes are those of a header of this version, the byte is damaged.
Status check_version(std::span<const std::uint8_t, kFrameHeaderBytes> bytes) {
  using Layout = FrameHeaderLayout;
  const std::uint8_t version = bytes[Layout::kVersion];
  if (version == kFormatVersion) return {};
  std::array<std::uint8_t, Layout::kCheck> mended{};
  std::ranges::copy(bytes.first<Layout::kCheck>(), mended.begin());
  mended[Layout::kVersion] = kFormatVersion;
  if (check32(mended) == load_le<std::uint32_t>(&bytes[Layout::kCheck]))
    return damaged_header("the frame header");
  return fail(ErrorCode::unsupported, "the frame is of " + name_of_other(version) +
                                          "; this czip reads " + std::string(kFormatVersionName) +
                                          ": decode it with the czip that made it");
}

std::uint8_t frame_flags(const FrameHeader& header) {
  return static_cast<std::uint8_t>((header.text_bytes ? kFlagTextBytes : 0) |
                                   (header.archive ? kFlagArchive : 0));
}

ModelPrefix model_prefix(const FrameHeader& frame) {
  const auto hash = hash_bytes(frame.model);
  ModelPrefix prefix{};
  std::copy_n(hash.begin(), prefix.size(), prefix.begin());
  return prefix;
}

Status check_text_bytes(std::uint64_t of_blocks, std::uint64_t of_frame) {
  if (of_blocks == of_frame) return {};
  return fail(ErrorCode::corrupt, "the blocks make " + std::to_string(of_blocks) +
                                      " bytes of text, not the frame's " +
                                      std::to_string(of_frame));
}

// The bytes of a trailer that its check covers.
std::span<const std::uint8_t> checked_bytes(std::span<const std::uint8_t> trailer) {
  return trailer.first(trailer.size() - kFooterBytes + FooterLayout::kCheck);
}

}  // namespace

void count_block(bool stored, const BlockSettings& settings, CodingReport& report) {
  ++report.blocks;
  if (stored) ++report.stored_blocks;
  if (settings.language_model) ++report.language_model_blocks;
}

std::uint8_t pack_settings(const BlockSettings& settings) {
  if (settings.language_model)
    return static_cast<std::uint8_t>(kLanguageModelBits | settings.streams_log2 << kStreamsShift);
  return static_cast<std::uint8_t>(settings.profile | (settings.network ? kNetworkBit : 0) |
                                   settings.streams_log2 << kStreamsShift |
                                   (settings.x86 ? kX86Bit : 0));
}

Result<BlockSettings> unpack_settings(std::uint8_t byte) {
  BlockSettings settings;
  settings.language_model = (byte & (kLanguageModelBits | kX86Bit)) == kLanguageModelBits;
  if (!settings.language_model) settings.profile = byte & kProfileMask;
  settings.network = !settings.language_model && (byte & kNetworkBit) != 0;
  settings.streams_log2 = static_cast<std::uint8_t>(byte >> kStreamsShift & kStreamsMask);
  settings.x86 = (byte & kX86Bit) != 0;
  if ((byte & ~kSettingsMask) != 0 || settings.profile > kMaxProfile ||
      settings.streams_log2 > kMaxStreamsLog2)
    return fail(ErrorCode::unsupported, "predictor settings " + std::to_string(byte) +
                                            " are unknown to this version of czip");
  return settings;
}

bool has_magic(std::span<const std::uint8_t> first_bytes) {
  return first_bytes.size() >= 2 && first_bytes[0] == kFrameMagic[0] &&
         (first_bytes[1] == kFrameMagic[1] || (first_bytes[1] & kCompactBit) != 0);
}

bool begins_frame(std::span<const std::uint8_t> first_bytes) {
  static_assert(kMaxTellingBytes == kMaxShortFrame);
  if (!has_magic(first_bytes)) return false;
  if (first_bytes[1] == kFrameMagic[1])
    return first_bytes.size() < kFrameMagic.size() || first_bytes[2] == kFrameMagic[2];
  std::vector<std::uint8_t> bytes;
  const auto header = parse_compact_header(first_bytes, bytes);
  return header && (!header->short_kind || begins_short_frame(first_bytes));
}

bool starts_archive(std::span<const std::uint8_t> first_bytes) {
  if (!has_magic(first_bytes)) return false;
  if (first_bytes[1] == kFrameMagic[1]) {
    if (first_bytes.size() < kFrameHeaderBytes) return false;
    const auto header = parse_frame_header(first_bytes.first<kFrameHeaderBytes>());
    return header && header->archive;
  }
  std::vector<std::uint8_t> bytes;
  const auto header = parse_compact_header(first_bytes, bytes);
  return header && header->archive;
}

std::array<std::uint8_t, kFrameHeaderBytes> serialize(FrameHeader& header) {
  using Layout = FrameHeaderLayout;
  std::array<std::uint8_t, kFrameHeaderBytes> bytes{};
  std::ranges::copy(kFrameMagic, bytes.begin());
  bytes[Layout::kVersion] = kFormatVersion;
  bytes[Layout::kFlags] = frame_flags(header);
  bytes[Layout::kLevel] = static_cast<std::uint8_t>(header.level);
  std::ranges::copy(hash_bytes(header.model), &bytes[Layout::kModel]);
  store_le(&bytes[Layout::kBlockBytes], header.block_bytes);
  store_le(&bytes[Layout::kTextBytes], header.text_bytes.value_or(0));
  header.check = check32(std::span(bytes).first<Layout::kCheck>());
  store_le(&bytes[Layout::kCheck], header.check);
  return bytes;
}

Result<FrameHeader> parse_frame_header(std::span<const std::uint8_t, kFrameHeaderBytes> bytes) {
  using Layout = FrameHeaderLayout;
  if (!std::ranges::equal(bytes.first<kFrameMagic.size()>(), kFrameMagic))
    return fail(ErrorCode::corrupt, "is not a CZIPv2 frame: its magic is wrong");
  CZIP_TRY(check_version(bytes));
  FrameHeader header;
  header.check = load_le<std::uint32_t>(&bytes[Layout::kCheck]);
  if (check32(bytes.first<Layout::kCheck>()) != header.check)
    return damaged_header("the frame header");
  const std::uint8_t flags = bytes[Layout::kFlags];
  if ((flags & ~(kFlagTextBytes | kFlagArchive)) != 0)
    return fail(ErrorCode::unsupported,
                "frame flags " + std::to_string(flags) + " are unknown to this version of czip");
  header.archive = (flags & kFlagArchive) != 0;
  header.level = bytes[Layout::kLevel];
  header.model = hash_from_bytes(bytes.subspan<Layout::kModel, kHashBytes>());
  header.block_bytes = load_le<std::uint32_t>(&bytes[Layout::kBlockBytes]);
  if (header.block_bytes == 0 || header.block_bytes > kMaxBlockBytes)
    return fail(ErrorCode::unsupported, "blocks of up to " + std::to_string(header.block_bytes) +
                                            " bytes; this czip reads 1 to " +
                                            std::to_string(kMaxBlockBytes));
  const auto text_bytes = load_le<std::uint64_t>(&bytes[Layout::kTextBytes]);
  if ((flags & kFlagTextBytes) != 0)
    header.text_bytes = text_bytes;
  else if (text_bytes != 0)
    return fail(ErrorCode::corrupt, "the frame header has a length that its flags deny");
  return header;
}

std::array<std::uint8_t, kBlockHeaderBytes> serialize(const BlockHeader& header,
                                                      const FrameHeader& frame,
                                                      std::uint64_t text_offset) {
  using Layout = BlockHeaderLayout;
  std::array<std::uint8_t, kBlockHeaderBytes> bytes{};
  bytes[Layout::kType] = static_cast<std::uint8_t>(header.type);
  bytes[Layout::kSettings] =
      is_coded(header.type) ? pack_settings(header.settings) : std::uint8_t{0};
  store_le(&bytes[Layout::kTextBytes], header.text_bytes);
  store_le(&bytes[Layout::kPayloadBytes], header.payload_bytes);
  store_le(&bytes[Layout::kFinalRange], header.final_range);
  store_le(&bytes[Layout::kTextHash], header.text_hash);
  store_le(&bytes[Layout::kPayloadHash], header.payload_hash);
  store_le(&bytes[Layout::kFrameCheck], frame.check);
  store_le(&bytes[Layout::kTextOffset], text_offset);
  store_le(&bytes[Layout::kCheck], check32(std::span(bytes).first<Layout::kCheck>()));
  return bytes;
}

Result<BlockHeader> parse_block_header(std::span<const std::uint8_t, kBlockHeaderBytes> bytes) {
  using Layout = BlockHeaderLayout;
  if (check32(bytes.first<Layout::kCheck>()) != load_le<std::uint32_t>(&bytes[Layout::kCheck]))
    return damaged_header("the block header");
  if (bytes[Layout::kType] == static_cast<std::uint8_t>(BlockType::end) ||
      bytes[Layout::kType] > static_cast<std::uint8_t>(kLastBlockType))
    return fail(ErrorCode::unsupported, "block type " + std::to_string(bytes[Layout::kType]) +
                                            " is unknown to this version of czip");
  BlockHeader header{.type = static_cast<BlockType>(bytes[Layout::kType]),
                     .settings = {.profile = 0},
                     .text_bytes = load_le<std::uint32_t>(&bytes[Layout::kTextBytes]),
                     .payload_bytes = load_le<std::uint32_t>(&bytes[Layout::kPayloadBytes]),
                     .final_range = load_le<std::uint32_t>(&bytes[Layout::kFinalRange]),
                     .text_hash = load_le<std::uint64_t>(&bytes[Layout::kTextHash]),
                     .payload_hash = load_le<std::uint64_t>(&bytes[Layout::kPayloadHash]),
                     .frame_check = load_le<std::uint32_t>(&bytes[Layout::kFrameCheck]),
                     .text_offset = load_le<std::uint64_t>(&bytes[Layout::kTextOffset])};
  CZIP_TRY(check_block_bytes(header, kMaxBlockBytes));
  if (header.type == BlockType::stored) {
    if (bytes[Layout::kSettings] != 0 || header.final_range != 0 ||
        header.payload_bytes != header.text_bytes || header.payload_hash != header.text_hash)
      return fail(ErrorCode::corrupt, "the header of a stored block contradicts itself");
    return header;
  }
  if (header.type == BlockType::repeated) {
    if (bytes[Layout::kSettings] != 0 || header.final_range != 0 || header.payload_bytes == 0 ||
        header.payload_bytes >= header.text_bytes)
      return fail(ErrorCode::corrupt, "the header of a repeated block contradicts itself");
    return header;
  }
  const std::size_t least = header.type == BlockType::coded_pattern ? kPatternLengthBytes : 0;
  if (header.payload_bytes >= header.text_bytes || header.payload_bytes < least ||
      header.final_range < kNormalizeBelow)
    return fail(ErrorCode::corrupt, "the header of a coded block contradicts itself");
  CZIP_TRY_ASSIGN(const auto settings, unpack_settings(bytes[Layout::kSettings]));
  header.settings = settings;
  return header;
}

Result<BlockHeader> parse_block_header(std::span<const std::uint8_t, kBlockHeaderBytes> bytes,
                                       const FrameHeader& frame, std::uint64_t text_offset) {
  CZIP_TRY_ASSIGN(const auto header, parse_block_header(bytes));
  if (header.frame_check != frame.check)
    return fail(ErrorCode::corrupt, "the block belongs to another frame");
  if (header.text_offset != text_offset)
    return fail(ErrorCode::corrupt, "a block is not in its place: it begins at byte " +
                                        std::to_string(header.text_offset) +
                                        " of the frame's text, not at " +
                                        std::to_string(text_offset));
  CZIP_TRY(check_block_bytes(header, frame.block_bytes));
  return header;
}

std::vector<std::uint8_t> serialize(const Trailer& trailer, const FrameHeader& frame) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(trailer_bytes(trailer.table.size())));
  bytes[0] = static_cast<std::uint8_t>(BlockType::end);
  std::uint8_t* out = bytes.data() + 1;
  for (const TableEntry& entry : trailer.table) {
    store_le(out + TableEntryLayout::kTextBytes, entry.text_bytes);
    store_le(out + TableEntryLayout::kFileBytes, entry.file_bytes);
    out += kTableEntryBytes;
  }
  store_le(out + FooterLayout::kTextBytes, trailer.text_bytes);
  std::ranges::copy(hash_bytes(trailer.text_hash), out + FooterLayout::kTextHash);
  store_le(out + FooterLayout::kFrameCheck, frame.check);
  out[FooterLayout::kFlags] = frame_flags(frame);
  std::ranges::copy(model_prefix(frame), out + FooterLayout::kModel);
  store_le(out + FooterLayout::kBlocks, static_cast<std::uint32_t>(trailer.table.size()));
  store_le(out + FooterLayout::kCheck, check32(checked_bytes(bytes)));
  return bytes;
}

Result<Trailer> parse_trailer(std::span<const std::uint8_t> bytes) {
  const auto footer = bytes.last<kFooterBytes>();
  if (check32(checked_bytes(bytes)) != load_le<std::uint32_t>(&footer[FooterLayout::kCheck]))
    return damaged_header("the seek table");
  const std::size_t blocks = footer_blocks(footer);
  if (bytes.size() != trailer_bytes(blocks) ||
      bytes[0] != static_cast<std::uint8_t>(BlockType::end))
    return fail(ErrorCode::corrupt, "the seek table has not as many entries as it says");
  Trailer trailer;
  trailer.table.reserve(blocks);
  std::uint64_t text_bytes = 0;
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::uint8_t* const entry = &bytes[1 + kTableEntryBytes * i];
    trailer.table.push_back({load_le<std::uint32_t>(entry + TableEntryLayout::kTextBytes),
                             load_le<std::uint32_t>(entry + TableEntryLayout::kFileBytes)});
    text_bytes += trailer.table.back().text_bytes;
  }
  trailer.text_bytes = load_le<std::uint64_t>(&footer[FooterLayout::kTextBytes]);
  trailer.text_hash = hash_from_bytes(footer.subspan<FooterLayout::kTextHash, kHashBytes>());
  trailer.frame_check = load_le<std::uint32_t>(&footer[FooterLayout::kFrameCheck]);
  trailer.archive = (footer[FooterLayout::kFlags] & kFlagArchive) != 0;
  std::ranges::copy(footer.subspan<FooterLayout::kModel, kModelPrefixBytes>(),
                    trailer.model.begin());
  CZIP_TRY(check_text_bytes(text_bytes, trailer.text_bytes));
  return trailer;
}

Result<Trailer> parse_trailer(std::span<const std::uint8_t> bytes, const FrameHeader& frame) {
  CZIP_TRY_ASSIGN(auto trailer, parse_trailer(bytes));
  if (trailer.frame_check != frame.check)
    return fail(ErrorCode::corrupt, "the seek table belongs to another frame");
  if (bytes[bytes.size() - kFooterBytes + FooterLayout::kFlags] != frame_flags(frame) ||
      trailer.model != model_prefix(frame))
    return fail(ErrorCode::corrupt, "the seek table contradicts the frame's header");
  CZIP_TRY(check_text_bytes(trailer.text_bytes, frame.text_bytes.value_or(trailer.text_bytes)));
  return trailer;
}

std::uint32_t footer_blocks(std::span<const std::uint8_t, kFooterBytes> footer) {
  return load_le<std::uint32_t>(&footer[FooterLayout::kBlocks]);
}

}  // namespace czip::v2
