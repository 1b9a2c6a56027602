// The compact frame: kind and settings in one byte, lengths in base 128, one check for everything.
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
    for (const std::uint8_t expected : kCompactMagic) {
      CZIP_TRY_ASSIGN(const auto byte, take());
      if (byte != expected)
        return fail(ErrorCode::corrupt, "is not a CZIPv2 frame: its magic is wrong");
    }
    CompactHeader header;
    CZIP_TRY(parse_kind(header));
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
    CZIP_TRY_ASSIGN(const auto kind, take());
    if ((kind & kOtherLayoutBit) != 0)
      return fail(ErrorCode::unsupported,
                  "the compact frame, of kind " + std::to_string(kind) +
                      ", is of another draft of CZIPv2: decode it with the czip that made it");
    header.archive = (kind & kArchiveBit) != 0;
    const auto settings = static_cast<std::uint8_t>(kind & ~kArchiveBit);
    header.stored = settings == kStoredKind;
    if (header.stored) return {};
    CZIP_TRY_ASSIGN(const auto unpacked, unpack_settings(settings));
    header.settings = unpacked;
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
  std::vector<std::uint8_t> bytes(kCompactMagic.begin(), kCompactMagic.end());
  const std::uint8_t kind = header.stored ? kStoredKind : pack_settings(header.settings);
  bytes.push_back(static_cast<std::uint8_t>(kind | (header.archive ? kArchiveBit : 0)));
  append_length(bytes, header.text_bytes);
  if (header.stored) return bytes;
  append_length(bytes, header.payload_bytes);
  bytes.insert(bytes.end(), header.model_hash.begin(), header.model_hash.end());
  return bytes;
}

std::uint32_t compact_check(std::span<const std::uint8_t> header,
                            std::span<const std::uint8_t> payload,
                            std::span<const std::uint8_t> text, bool stored) {
  std::vector<std::uint8_t> all(header.begin(), header.end());
  if (!stored) all.insert(all.end(), payload.begin(), payload.end());
  all.insert(all.end(), text.begin(), text.end());
  return check32(all);
}

Result<CompactHeader> parse_compact_header(const NextByte& next, std::vector<std::uint8_t>& bytes) {
  return CompactParser(next, bytes).parse();
}

}  // namespace czip::v2
