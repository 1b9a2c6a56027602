#include "v2/container/attachment_header.hpp"

#include <algorithm>

#include "czip/base/little_endian.hpp"
#include "v2/container/hashing.hpp"

namespace czip::v2 {
namespace {

// Offsets of the fields.
constexpr std::size_t kPlace = 3;  // 1 at the beginning, 2 at the end
constexpr std::size_t kKind = 4;
constexpr std::size_t kContentBytes = 8;
constexpr std::size_t kContentHash = 16;
constexpr std::size_t kCheck = 32;

constexpr std::uint8_t kAtBegin = 1;
constexpr std::uint8_t kAtEnd = 2;

}  // namespace

AttachmentHeaderBytes serialize(const AttachmentHeader& header) {
  AttachmentHeaderBytes bytes{};
  std::ranges::copy(kAttachmentMagic, bytes.begin());
  bytes[kPlace] = header.at_end ? kAtEnd : kAtBegin;
  std::ranges::copy(header.kind, &bytes[kKind]);
  store_le(&bytes[kContentBytes], header.content_bytes);
  std::ranges::copy(hash_bytes(header.content_hash), &bytes[kContentHash]);
  store_le(&bytes[kCheck], check32(std::span(bytes).first<kCheck>()));
  return bytes;
}

std::optional<AttachmentHeader> parse_attachment_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kAttachmentHeaderBytes ||
      !std::ranges::equal(bytes.first<kAttachmentMagic.size()>(), kAttachmentMagic) ||
      check32(bytes.first<kCheck>()) != load_le<std::uint32_t>(&bytes[kCheck]))
    return std::nullopt;
  AttachmentHeader header;
  header.at_end = bytes[kPlace] == kAtEnd;
  std::ranges::copy(bytes.subspan<kKind, std::tuple_size_v<AttachmentKind>>(), header.kind.begin());
  header.content_bytes = load_le<std::uint64_t>(&bytes[kContentBytes]);
  header.content_hash = hash_from_bytes(bytes.subspan<kContentHash, kHashBytes>());
  if ((bytes[kPlace] != kAtBegin && !header.at_end) || header.content_bytes > kMaxAttachmentBytes)
    return std::nullopt;
  return header;
}

}  // namespace czip::v2
