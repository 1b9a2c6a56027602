// The compact frame: kind and settings in one byte, lengths in base 128, one check for everything.
#include <algorithm>
#include <string>

#include "v2/container/container.hpp"

namespace czip::v2 {
namespace {

void append_length(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  for (; value > kLengthByteMask; value >>= kLengthByteBits) {
    bytes.push_back(static_cast<std::uint8_t>(value | kMoreLengthBytes));
  }
  bytes.push_back(static_cast<std::uint8_t>(value));
}

class CompactParser {
 public:
  CompactParser(const NextByte& next, std::vector<std::uint8_t>& bytes)
      : next_(&next), bytes_(&bytes) {}

  Result<CompactHeader> parse() {
    CZIP_TRY_ASSIGN(const auto magic, take());
    if (magic != kFrameMagic[0])
      return fail(ErrorCode::corrupt, "is not a CZIPv2 frame: its magic is wrong");
    CompactHeader header;
    CZIP_TRY(parse_kind(header));
    if (header.short_kind) return header;
    CZIP_TRY_ASSIGN(const auto text_bytes, take_length());
    header.text_bytes = header.payload_bytes = text_bytes;
    if (header.stored) return header;
    CZIP_TRY_ASSIGN(const auto payload_bytes, take_length());
    header.payload_bytes = payload_bytes;
    if (header.payload_bytes >= header.text_bytes)
      return fail(ErrorCode::corrupt, "a compact frame codes " + std::to_string(text_bytes) +
                                          " bytes as " + std::to_string(payload_bytes));
    for (std::uint8_t& part : header.model_hash) {
      CZIP_TRY_ASSIGN(const auto byte, take());
      part = byte;
    }
    return header;
  }

 private:
  Result<std::uint8_t> take() {
    Result<std::uint8_t> byte = (*next_)();
    if (byte) bytes_->push_back(*byte);
    return byte;
  }

  Status parse_kind(CompactHeader& header) {
    CZIP_TRY_ASSIGN(auto kind, take());
    header.archive = kind == kArchiveKind;
    if (header.archive) {
      CZIP_TRY_ASSIGN(kind, take());
    }
    if (kind >= kShortKind) {
      header.stored = header.short_kind = true;
      header.text_bytes = header.payload_bytes = kind - kShortKind;
      return {};
    }
    header.stored = kind == kStoredKind;
    if (header.stored) return {};
    const auto settings = unpack_settings(static_cast<std::uint8_t>(kind ^ kCompactBit));
    if (!settings)
      return fail(ErrorCode::unsupported,
                  "the compact frame, of kind " + std::to_string(kind) +
                      ", is of another version of CZIPv2: decode it with the czip that made it");
    header.settings = *settings;
    return {};
  }

  // Refuses a length that is written with more bytes than it needs.
  Result<std::uint32_t> take_length() {
    std::uint32_t value = 0;
    for (int i = 0; i < kMaxLengthBytes; ++i) {
      CZIP_TRY_ASSIGN(const auto byte, take());
      value |= std::uint32_t{byte & std::uint32_t{kLengthByteMask}} << (i * kLengthByteBits);
      if (value > kMaxCompactText || (i > 0 && byte == 0)) break;
      if (byte < kMoreLengthBytes) return value;
    }
    return fail(ErrorCode::corrupt, "a length in a compact frame is not as one is written");
  }

  const NextByte* next_;
  std::vector<std::uint8_t>* bytes_;
};

}  // namespace

std::vector<std::uint8_t> serialize(const CompactHeader& header) {
  std::vector<std::uint8_t> bytes{kFrameMagic[0]};
  if (header.archive) bytes.push_back(kArchiveKind);
  if (header.short_kind) {
    bytes.push_back(static_cast<std::uint8_t>(kShortKind + header.text_bytes));
    return bytes;
  }
  bytes.push_back(header.stored
                      ? kStoredKind
                      : static_cast<std::uint8_t>(kCompactBit | pack_settings(header.settings)));
  append_length(bytes, header.text_bytes);
  if (header.stored) return bytes;
  append_length(bytes, header.payload_bytes);
  bytes.insert(bytes.end(), header.model_hash.begin(), header.model_hash.end());
  return bytes;
}

std::vector<std::uint8_t> compact_check(const CompactHeader& header,
                                        std::span<const std::uint8_t> header_bytes,
                                        std::span<const std::uint8_t> payload,
                                        std::span<const std::uint8_t> text) {
  std::vector<std::uint8_t> all(header_bytes.begin(), header_bytes.end());
  if (!header.stored) all.insert(all.end(), payload.begin(), payload.end());
  all.insert(all.end(), text.begin(), text.end());
  std::vector<std::uint8_t> check;
  std::uint32_t left = header.short_kind ? crc16(all) : check32(all);
  for (std::size_t i = 0; i < header.check_bytes(); ++i, left >>= 8)
    check.push_back(static_cast<std::uint8_t>(left));
  return check;
}

bool begins_short_frame(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> header_bytes;
  const auto header = parse_compact_header(bytes, header_bytes);
  if (!header || !header->short_kind) return false;
  const auto rest = bytes.subspan(header_bytes.size());
  if (rest.size() < kShortCheckBytes + header->text_bytes) return false;
  const auto text = rest.subspan(kShortCheckBytes, header->text_bytes);
  return std::ranges::equal(compact_check(*header, header_bytes, text, text),
                            rest.first(kShortCheckBytes));
}

Result<CompactHeader> parse_compact_header(const NextByte& next, std::vector<std::uint8_t>& bytes) {
  return CompactParser(next, bytes).parse();
}

Result<CompactHeader> parse_compact_header(std::span<const std::uint8_t> begun,
                                           std::vector<std::uint8_t>& bytes) {
  std::size_t used = 0;
  return parse_compact_header(
      [&]() -> Result<std::uint8_t> {
        if (used == begun.size()) return fail(ErrorCode::truncated, {});
        return begun[used++];
      },
      bytes);
}

}  // namespace czip::v2
