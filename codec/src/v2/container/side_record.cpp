#include "v2/container/side_record.hpp"

#include <algorithm>

#include "v2/container/attachment_header.hpp"
#include "v2/container/recovery_record.hpp"

namespace czip::v2 {
namespace {

static_assert(kMaxSideHeaderBytes == std::max(kRecoveryHeaderBytes, kAttachmentHeaderBytes));

std::vector<std::uint8_t> to_vector(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

std::optional<SideRecord> parse_recovery(std::span<const std::uint8_t> bytes) {
  auto header = parse_recovery_header(bytes);
  if (!header) return std::nullopt;
  SideRecord record{.kind = SideRecordKind::recovery,
                    .at_end = header->at_end,
                    .header_bytes = kRecoveryHeaderBytes,
                    .body_bytes = header->body_bytes(),
                    .body_hash = header->body_hash,
                    .end_header = {}};
  header->at_end = true;
  record.end_header = to_vector(serialize(*header));
  return record;
}

std::optional<SideRecord> parse_attachment(std::span<const std::uint8_t> bytes) {
  auto header = parse_attachment_header(bytes);
  if (!header) return std::nullopt;
  SideRecord record{.kind = SideRecordKind::attachment,
                    .at_end = header->at_end,
                    .hides = header->hides(),
                    .header_bytes = kAttachmentHeaderBytes,
                    .body_bytes = header->content_bytes,
                    .body_hash = header->content_hash,
                    .end_header = {}};
  header->at_end = true;
  record.end_header = to_vector(serialize(*header));
  return record;
}

}  // namespace

std::optional<SideRecordKind> side_record_kind(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto start = bytes.first<2>();
  if (std::ranges::equal(start, std::span(kRecoveryMagic).first<2>()))
    return SideRecordKind::recovery;
  if (std::ranges::equal(start, std::span(kAttachmentMagic).first<2>()))
    return SideRecordKind::attachment;
  return std::nullopt;
}

std::size_t side_header_bytes(SideRecordKind kind) {
  return kind == SideRecordKind::recovery ? kRecoveryHeaderBytes : kAttachmentHeaderBytes;
}

std::optional<SideRecord> parse_side_record(std::span<const std::uint8_t> bytes) {
  const auto kind = side_record_kind(bytes);
  if (!kind) return std::nullopt;
  return *kind == SideRecordKind::recovery ? parse_recovery(bytes) : parse_attachment(bytes);
}

}  // namespace czip::v2
