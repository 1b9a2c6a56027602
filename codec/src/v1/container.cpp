#include "v1/container.hpp"

#include <algorithm>
#include <string>

#include "czip/base/little_endian.hpp"

namespace czip::v1 {
namespace {

constexpr std::uint8_t kFlagMultiFile = 1;
constexpr std::uint8_t kFlagTraining = 2;

// Offsets of the file header's fields, in bytes, behind the magic.
constexpr std::size_t kFlagsOffset = 6;
constexpr std::size_t kCodecOffset = 7;
constexpr std::size_t kTextBytesOffset = 8;
constexpr std::size_t kTableEndOffset = 12;

Status check_magic(std::span<const std::uint8_t> bytes) {
  const std::size_t count = std::min(bytes.size(), kMagic.size());
  const auto matching = static_cast<std::size_t>(
      std::mismatch(kMagic.begin(), kMagic.begin() + static_cast<std::ptrdiff_t>(count),
                    bytes.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; })
          .first -
      kMagic.begin());
  if (matching == count) return {};
  if (matching == kMagic.size() - 1)
    return fail(ErrorCode::unsupported, "the file's magic is CZIPv followed by byte " +
                                            std::to_string(bytes[matching]) + ", not CZIPv1");
  return fail(ErrorCode::corrupt, "not a CZIPv1 file: byte " + std::to_string(matching) +
                                      " of the magic is " + std::to_string(bytes[matching]));
}

Status check_flags(std::uint8_t flags) {
  if (flags == 0) return {};
  std::string names;
  if ((flags & kFlagMultiFile) != 0) names += ", multi-file archive";
  if ((flags & kFlagTraining) != 0) names += ", training marker";
  if ((flags & ~(kFlagMultiFile | kFlagTraining)) != 0) names += ", unknown";
  return fail(ErrorCode::unsupported, "flags " + std::to_string(flags) +
                                          " at byte 6 are not supported: " + names.substr(2));
}

}  // namespace

std::array<std::uint8_t, kFileHeaderBytes> serialize(const FileHeader& header) {
  std::array<std::uint8_t, kFileHeaderBytes> bytes{};
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  bytes[kCodecOffset] = static_cast<std::uint8_t>(header.outer);
  store_le(&bytes[kTextBytesOffset], header.text_bytes);
  store_le(&bytes[kTableEndOffset], header.payload_table_end);
  return bytes;
}

Result<FileHeader> parse_file_header(std::span<const std::uint8_t> bytes) {
  CZIP_TRY(check_magic(bytes));
  if (bytes.size() < kFileHeaderBytes)
    return fail(ErrorCode::truncated, "the file ends after " + std::to_string(bytes.size()) +
                                          " of its header's 16 bytes");
  CZIP_TRY(check_flags(bytes[kFlagsOffset]));
  if (bytes[kCodecOffset] > static_cast<std::uint8_t>(OuterCodec::brotli))
    return fail(ErrorCode::unsupported, "outer codec " + std::to_string(bytes[kCodecOffset]) +
                                            " at byte 7 is unknown (0 is zstd, 1 brotli)");
  return FileHeader{.outer = static_cast<OuterCodec>(bytes[kCodecOffset]),
                    .text_bytes = load_le<std::uint32_t>(&bytes[kTextBytesOffset]),
                    .payload_table_end = load_le<std::uint32_t>(&bytes[kTableEndOffset])};
}

std::array<std::uint8_t, kPayloadHeaderBytes> serialize(const PayloadHeader& header) {
  using Layout = PayloadHeaderLayout;
  std::array<std::uint8_t, kPayloadHeaderBytes> bytes{};
  store_le(&bytes[Layout::kModelPathHash], header.model_path_hash);
  store_le(&bytes[Layout::kChunks], header.chunks);
  store_le(&bytes[Layout::kLastChunkTokens], static_cast<std::uint16_t>(header.last_chunk_tokens));
  bytes[Layout::kContextLog2] = static_cast<std::uint8_t>(header.context_log2);
  return bytes;
}

Status check_agreement(const PayloadHeader& header, const FileHeader& file) {
  if (file.payload_table_end != header.table_end())
    return fail(ErrorCode::corrupt, "byte 12: the inner header is said to take " +
                                        std::to_string(file.payload_table_end) +
                                        " bytes, but its " + std::to_string(header.chunks) +
                                        " chunks make " + std::to_string(header.table_end()));
  // Every token stands for at least one byte.
  if (header.tokens() > file.text_bytes || (header.chunks == 0) != (file.text_bytes == 0))
    return fail(ErrorCode::corrupt, "payload byte 4: " + std::to_string(header.chunks) +
                                        " chunks with " + std::to_string(header.tokens()) +
                                        " tokens cannot make a text of " +
                                        std::to_string(file.text_bytes) + " bytes");
  if (header.chunks > kMaxChunks)
    return fail(ErrorCode::unsupported, "payload byte 4: " + std::to_string(header.chunks) +
                                            " chunks, more than " + std::to_string(kMaxChunks));
  return {};
}

}  // namespace czip::v1
