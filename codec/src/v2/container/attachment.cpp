#include "czip/codec/v2/attachment.hpp"

#include <algorithm>
#include <new>

#include "v2/container/attachment_header.hpp"
#include "v2/container/frame_reader.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/side_record.hpp"

namespace czip::v2 {
namespace {

// Zeros are read in steps that double while they go on: attachments may be many and short.
constexpr std::uint64_t kFirstStep = 64;
constexpr std::uint64_t kLastStep = std::uint64_t{64} << 10;

// Bytes of a header's check, all of which may be zeros.
constexpr std::uint64_t kCheckBytes = 4;

// As many bytes as there are.
Result<std::vector<std::uint8_t>> bytes_at(RandomAccessSource& in, std::uint64_t offset,
                                           std::uint64_t count) {
  FrameInput input(in);
  input.seek(offset);
  std::vector<std::uint8_t> bytes;
  CZIP_TRY(input.append(count, bytes));
  return bytes;
}

// Behind the last byte before `end` that is not zero.
Result<std::uint64_t> before_zeros(RandomAccessSource& in, std::uint64_t end) {
  for (std::uint64_t wanted = kFirstStep; end > 0; wanted = std::min(2 * wanted, kLastStep)) {
    const std::uint64_t step = std::min(end, wanted);
    CZIP_TRY_ASSIGN(const auto bytes, bytes_at(in, end - step, step));
    const auto last =
        std::find_if(bytes.rbegin(), bytes.rend(), [](std::uint8_t byte) { return byte != 0; });
    end -= static_cast<std::uint64_t>(last - bytes.rbegin());
    if (last != bytes.rend()) break;
  }
  return end;
}

// The record of which the last byte stands before `end`, by both its headers.
Result<std::optional<SideRecord>> record_before(RandomAccessSource& in, std::uint64_t end) {
  for (const auto kind : {SideRecordKind::attachment, SideRecordKind::recovery}) {
    const std::size_t size = side_header_bytes(kind);
    if (end < size) continue;
    CZIP_TRY_ASSIGN(const auto bytes, bytes_at(in, end - size, size));
    const auto record = parse_side_record(bytes);
    if (!record || !record->at_end || record->bytes() > end) continue;
    CZIP_TRY_ASSIGN(const auto begin, bytes_at(in, end - record->bytes(), size));
    const auto first = parse_side_record(begin);
    if (first && !first->at_end && !first->hides && first->end_header == record->end_header)
      return record;
  }
  return std::optional<SideRecord>();
}

}  // namespace

Result<std::uint64_t> write_attachment(AttachmentKind kind, std::span<const std::uint8_t> content,
                                       ByteSink& out) {
  TextHasher hasher;
  hasher.add(content);
  AttachmentHeader header{
      .kind = kind, .content_bytes = content.size(), .content_hash = hasher.digest()};
  CZIP_TRY(out.write(serialize(header)));
  CZIP_TRY(out.write(content));
  header.at_end = true;
  CZIP_TRY(out.write(serialize(header)));
  return content.size() + 2 * kAttachmentHeaderBytes;
}

Result<std::optional<AttachmentPlace>> find_attachment(RandomAccessSource& in, AttachmentKind kind,
                                                       std::uint64_t end) {
  for (;;) {
    CZIP_TRY_ASSIGN(const auto last, before_zeros(in, end));
    std::optional<SideRecord> record;
    const std::uint64_t most = std::min(end, last + kCheckBytes);
    for (std::uint64_t at = last; !record && at <= most; ++at) {
      CZIP_TRY_ASSIGN(record, record_before(in, at));
      end = at;
    }
    if (!record) return std::optional<AttachmentPlace>();
    const std::uint64_t begin = end - record->bytes();
    if (record->kind == SideRecordKind::attachment) {
      const auto header = parse_attachment_header(record->end_header);
      if (header && header->kind == kind)
        return std::optional(AttachmentPlace{.kind = kind,
                                             .begin = begin,
                                             .end = end,
                                             .content_bytes = header->content_bytes,
                                             .content_hash = header->content_hash});
    }
    end = begin;
  }
}

Result<std::vector<std::uint8_t>> read_attachment(RandomAccessSource& in,
                                                  const AttachmentPlace& place) {
  try {
    CZIP_TRY_ASSIGN(auto content,
                    bytes_at(in, place.begin + kAttachmentHeaderBytes, place.content_bytes));
    TextHasher hasher;
    hasher.add(content);
    if (content.size() == place.content_bytes && hasher.digest() == place.content_hash)
      return content;
    return fail(ErrorCode::corrupt, "byte " + std::to_string(place.begin) +
                                        ": the attachment there does not have its hash");
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for an attachment");
  }
}

std::array<std::uint8_t, kHidingMarkBytes> hiding_mark() {
  return serialize(AttachmentHeader{.kind = kHidingKind});
}

}  // namespace czip::v2
