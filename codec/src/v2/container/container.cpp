#include "v2/container/container.hpp"

#include <algorithm>
#include <string>

#include "czip/base/little_endian.hpp"

namespace czip::v2 {
namespace {

// Frame flags.
constexpr std::uint8_t kFlagTextBytes = 1;
constexpr std::uint8_t kFlagArchive = 2;

// Settings of a coded block: profile in bits 0-1, network in bit 2, log2 of the streams in 3-5.
constexpr std::uint8_t kNetworkBit = 4;
constexpr std::uint8_t kSettingsBits = 0x3f;
constexpr int kStreamsShift = 3;
constexpr std::uint8_t kProfileBits = 3;

std::uint64_t block_seed(const FrameHeader& frame, std::uint64_t index) {
  return frame.check | index << 32;
}

tl::unexpected<Error> damaged_header(const char* what) {
  return fail(ErrorCode::corrupt, std::string(what) + " is damaged: its check does not match");
}

}  // namespace

std::uint8_t pack_settings(const BlockSettings& settings) {
  return static_cast<std::uint8_t>(settings.profile | (settings.network ? kNetworkBit : 0) |
                                   settings.streams_log2 << kStreamsShift);
}

Result<BlockSettings> unpack_settings(std::uint8_t byte) {
  BlockSettings settings;
  settings.profile = byte & kProfileBits;
  settings.network = (byte & kNetworkBit) != 0;
  settings.streams_log2 = static_cast<std::uint8_t>(byte >> kStreamsShift);
  if ((byte & ~kSettingsBits) != 0 || settings.profile > kMaxProfile ||
      settings.streams_log2 > kMaxStreamsLog2)
    return fail(ErrorCode::unsupported, "predictor settings " + std::to_string(byte) +
                                            " are unknown to this version of czip");
  return settings;
}

bool has_magic(std::span<const std::uint8_t> first_bytes) {
  return first_bytes.size() >= 2 && first_bytes[0] == kFrameMagic[0] &&
         (first_bytes[1] == kFrameMagic[1] || first_bytes[1] == kCompactMagic[1]);
}

bool starts_archive(std::span<const std::uint8_t> first_bytes) {
  if (!has_magic(first_bytes)) return false;
  if (first_bytes[1] == kFrameMagic[1]) {
    if (first_bytes.size() < kFrameHeaderBytes) return false;
    const auto header = parse_frame_header(first_bytes.first<kFrameHeaderBytes>());
    return header && header->archive;
  }
  std::size_t position = 0;
  std::vector<std::uint8_t> bytes;
  const auto header = parse_compact_header(
      [&]() -> Result<std::uint8_t> {
        if (position == first_bytes.size()) return fail(ErrorCode::truncated, {});
        return first_bytes[position++];
      },
      bytes);
  return header && header->archive;
}

std::array<std::uint8_t, kFrameHeaderBytes> serialize(FrameHeader& header) {
  std::array<std::uint8_t, kFrameHeaderBytes> bytes{};
  std::ranges::copy(kFrameMagic, bytes.begin());
  bytes[3] = kFrameVersion;
  bytes[4] = static_cast<std::uint8_t>((header.text_bytes ? kFlagTextBytes : 0) |
                                       (header.archive ? kFlagArchive : 0));
  bytes[5] = static_cast<std::uint8_t>(header.level);
  std::ranges::copy(hash_bytes(header.model), &bytes[6]);
  store_le(&bytes[22], header.block_bytes);
  store_le(&bytes[26], header.text_bytes.value_or(0));
  header.check = check32(std::span(bytes).first<34>());
  store_le(&bytes[34], header.check);
  return bytes;
}

Result<FrameHeader> parse_frame_header(std::span<const std::uint8_t, kFrameHeaderBytes> bytes) {
  if (!std::ranges::equal(bytes.first<3>(), kFrameMagic))
    return fail(ErrorCode::corrupt, "is not a CZIPv2 frame: its magic is wrong");
  if (bytes[3] != kFrameVersion)
    return fail(ErrorCode::unsupported, "is of version " + std::to_string(bytes[3]) +
                                            " of the frame format; this czip knows version 2");
  FrameHeader header;
  header.check = load_le<std::uint32_t>(&bytes[34]);
  if (check32(bytes.first<34>()) != header.check) return damaged_header("the frame header");
  const std::uint8_t flags = bytes[4];
  if ((flags & ~(kFlagTextBytes | kFlagArchive)) != 0)
    return fail(ErrorCode::unsupported,
                "frame flags " + std::to_string(flags) + " are unknown to this version of czip");
  header.archive = (flags & kFlagArchive) != 0;
  header.level = bytes[5];
  header.model = hash_from_bytes(bytes.subspan<6, kHashBytes>());
  header.block_bytes = load_le<std::uint32_t>(&bytes[22]);
  if (header.block_bytes == 0 || header.block_bytes > kMaxBlockBytes)
    return fail(ErrorCode::unsupported, "blocks of up to " + std::to_string(header.block_bytes) +
                                            " bytes; this czip reads 1 to " +
                                            std::to_string(kMaxBlockBytes));
  const auto text_bytes = load_le<std::uint64_t>(&bytes[26]);
  if ((flags & kFlagTextBytes) != 0)
    header.text_bytes = text_bytes;
  else if (text_bytes != 0)
    return fail(ErrorCode::corrupt, "the frame header has a length that its flags deny");
  return header;
}

std::array<std::uint8_t, kBlockHeaderBytes> serialize(const BlockHeader& header,
                                                      const FrameHeader& frame,
                                                      std::uint64_t index) {
  std::array<std::uint8_t, kBlockHeaderBytes> bytes{};
  bytes[0] = static_cast<std::uint8_t>(header.type);
  bytes[1] = header.type == BlockType::coded ? pack_settings(header.settings) : std::uint8_t{0};
  store_le(&bytes[2], header.text_bytes);
  store_le(&bytes[6], header.payload_bytes);
  store_le(&bytes[10], header.final_range);
  store_le(&bytes[14], header.text_hash);
  store_le(&bytes[22], header.payload_hash);
  store_le(&bytes[30], check32(std::span(bytes).first<30>(), block_seed(frame, index)));
  return bytes;
}

Result<BlockHeader> parse_block_header(std::span<const std::uint8_t, kBlockHeaderBytes> bytes,
                                       const FrameHeader& frame, std::uint64_t index) {
  if (check32(bytes.first<30>(), block_seed(frame, index)) != load_le<std::uint32_t>(&bytes[30]))
    return damaged_header("the block header");
  if (bytes[0] > static_cast<std::uint8_t>(BlockType::coded))
    return fail(ErrorCode::unsupported,
                "block type " + std::to_string(bytes[0]) + " is unknown to this version of czip");
  BlockHeader header{.type = static_cast<BlockType>(bytes[0]),
                     .settings = {.profile = 0},
                     .text_bytes = load_le<std::uint32_t>(&bytes[2]),
                     .payload_bytes = load_le<std::uint32_t>(&bytes[6]),
                     .final_range = load_le<std::uint32_t>(&bytes[10]),
                     .text_hash = load_le<std::uint64_t>(&bytes[14]),
                     .payload_hash = load_le<std::uint64_t>(&bytes[22])};
  if (header.text_bytes == 0 || header.text_bytes > frame.block_bytes)
    return fail(ErrorCode::corrupt, "a block of " + std::to_string(header.text_bytes) +
                                        " bytes of text, outside 1 to the frame's " +
                                        std::to_string(frame.block_bytes));
  if (header.type == BlockType::stored) {
    if (bytes[1] != 0 || header.final_range != 0 || header.payload_bytes != header.text_bytes ||
        header.payload_hash != header.text_hash)
      return fail(ErrorCode::corrupt, "the header of a stored block contradicts itself");
    return header;
  }
  if (header.payload_bytes >= header.text_bytes || header.final_range == kUnknownRange)
    return fail(ErrorCode::corrupt, "the header of a coded block contradicts itself");
  CZIP_TRY_ASSIGN(const auto settings, unpack_settings(bytes[1]));
  header.settings = settings;
  return header;
}

std::vector<std::uint8_t> serialize(const Trailer& trailer, const FrameHeader& frame) {
  std::vector<std::uint8_t> bytes(trailer_bytes(trailer.table.size()));
  bytes[0] = static_cast<std::uint8_t>(BlockType::end);
  std::uint8_t* out = bytes.data() + 1;
  for (const TableEntry& entry : trailer.table) {
    store_le(out, entry.text_bytes);
    store_le(out + 4, entry.file_bytes);
    out += kTableEntryBytes;
  }
  store_le(out, trailer.text_bytes);
  std::ranges::copy(hash_bytes(trailer.text_hash), out + 8);
  store_le(out + 24, static_cast<std::uint32_t>(trailer.table.size()));
  store_le(out + 28, check32(std::span(bytes).first(bytes.size() - 4), frame.check));
  return bytes;
}

Result<Trailer> parse_trailer(std::span<const std::uint8_t> bytes, const FrameHeader& frame) {
  const std::span<const std::uint8_t> checked = bytes.first(bytes.size() - 4);
  if (check32(checked, frame.check) != load_le<std::uint32_t>(&bytes[bytes.size() - 4]))
    return damaged_header("the seek table");
  const std::span<const std::uint8_t> footer = bytes.last(kFooterBytes);
  const std::uint64_t blocks = load_le<std::uint32_t>(&footer[24]);
  if (bytes.size() != trailer_bytes(blocks) || bytes[0] != 0)
    return fail(ErrorCode::corrupt, "the seek table has not as many entries as it says");
  Trailer trailer;
  trailer.table.reserve(blocks);
  std::uint64_t text_bytes = 0;
  for (std::uint64_t i = 0; i < blocks; ++i) {
    const std::uint8_t* const entry = &bytes[1 + kTableEntryBytes * i];
    trailer.table.push_back({load_le<std::uint32_t>(entry), load_le<std::uint32_t>(entry + 4)});
    text_bytes += trailer.table.back().text_bytes;
  }
  trailer.text_bytes = load_le<std::uint64_t>(&footer[0]);
  trailer.text_hash = hash_from_bytes(footer.subspan<8, kHashBytes>());
  if (trailer.text_bytes != text_bytes ||
      frame.text_bytes.value_or(text_bytes) != trailer.text_bytes)
    return fail(ErrorCode::corrupt,
                "the blocks make " + std::to_string(text_bytes) +
                    " bytes of text, not the frame's " +
                    std::to_string(frame.text_bytes.value_or(trailer.text_bytes)));
  return trailer;
}

std::uint32_t footer_blocks(std::span<const std::uint8_t, kFooterBytes> footer) {
  return load_le<std::uint32_t>(&footer[24]);
}

}  // namespace czip::v2
