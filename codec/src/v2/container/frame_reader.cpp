#include "v2/container/frame_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "czip/base/little_endian.hpp"
#include "v2/container/hashing.hpp"

namespace czip::v2 {
namespace {

// Memory for a payload is allocated in steps of this size, because it may not be there.
constexpr std::size_t kReadStep = std::size_t{1} << 20;

// Bytes that are read at once where zeros may stand.
constexpr std::size_t kPaddingStep = std::size_t{4} << 10;

constexpr const char* kPayload = "a payload";

}  // namespace

Result<std::size_t> FrameInput::read_some(std::span<std::uint8_t> buffer) {
  std::size_t count = std::min(buffer.size(), unread_.size());
  if (count != 0) {
    std::copy_n(unread_.begin(), count, buffer.begin());
    unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(count));
  } else {
    CZIP_TRY_ASSIGN(count,
                    stream_ != nullptr ? stream_->read(buffer) : file_->read_at(offset_, buffer));
  }
  offset_ += count;
  return count;
}

Result<std::size_t> FrameInput::read(std::span<std::uint8_t> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    CZIP_TRY_ASSIGN(const auto count, read_some(buffer.subspan(filled)));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

Status FrameInput::append(std::uint64_t count, std::vector<std::uint8_t>& bytes) {
  while (count > 0) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(count, kReadStep));
    const std::size_t before = bytes.size();
    bytes.resize(before + step);
    CZIP_TRY_ASSIGN(const auto got, read(std::span(bytes).subspan(before)));
    bytes.resize(before + got);
    if (got < step) return {};
    count -= step;
  }
  return {};
}

void FrameInput::give_back(std::span<const std::uint8_t> bytes) {
  offset_ -= bytes.size();
  if (stream_ != nullptr) unread_.insert(unread_.begin(), bytes.begin(), bytes.end());
}

Result<bool> FrameInput::skip(std::uint64_t count) {
  CZIP_TRY_ASSIGN(const auto size, file_->size());
  const std::uint64_t left = size > offset_ ? size - offset_ : 0;
  offset_ += std::min(count, left);
  return count <= left;
}

Result<std::uint64_t> FrameInput::skip_zeros() {
  std::uint64_t zeros = 0;
  std::vector<std::uint8_t> bytes(kPaddingStep);
  for (;;) {
    // Not more than is there: of a stream, a frame is decoded as soon as all of it has come.
    CZIP_TRY_ASSIGN(const auto got, read_some(bytes));
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(got);
    const auto other =
        std::find_if(bytes.begin(), end, [](std::uint8_t byte) { return byte != 0; });
    zeros += static_cast<std::uint64_t>(other - bytes.begin());
    give_back({other, end});
    if (other != end || got == 0) return zeros;
  }
}

tl::unexpected<Error> FrameReader::located(const Error& error) const {
  return fail(error.code, "byte " + std::to_string(record_offset_) + ": " + error.message);
}

tl::unexpected<Error> FrameReader::ended(const char* what) const {
  return fail(ErrorCode::truncated,
              "the file ends at byte " + std::to_string(input_.offset()) + ", inside " + what);
}

Status FrameReader::read_exactly(std::span<std::uint8_t> buffer, const char* what) {
  CZIP_TRY_ASSIGN(const auto got, input_.read(buffer));
  if (got == buffer.size()) return {};
  return ended(what);
}

std::uint32_t Record::coded_bytes() const {
  if (!repeats()) return text_bytes();
  if (!coded()) return block.payload_bytes;
  if (payload.size() < kPatternLengthBytes) return text_bytes();  // skipped
  return load_le<std::uint32_t>(payload.data());
}

Result<bool> FrameReader::next(Record& record) {
  record_offset_ = record.offset = input_.offset();
  if (!in_frame_) {
    Result<bool> begun = begin_frame(record);
    if (!begun || !*begun || record.kind == RecordKind::compact) {
      record.end = input_.offset();
      return begun;
    }
    record_offset_ = record.offset = input_.offset();
  }
  CZIP_TRY(read_block_or_end(record));
  record.end = input_.offset();
  return true;
}

void FrameReader::resume(const FrameHeader& frame, std::uint64_t text_offset,
                         std::uint64_t offset) {
  frame_ = frame;
  in_frame_ = true;
  text_offset_ = text_offset;
  input_.seek(offset);
}

void FrameReader::restart(std::uint64_t offset) {
  in_frame_ = false;
  input_.seek(offset);
}

ModelReference FrameReader::model_of(const Record& record) const {
  ModelReference model;
  if (record.kind == RecordKind::compact) {
    model.known = kCompactModelBytes;
    std::ranges::copy(record.compact.model_hash, model.hash.begin());
  } else {
    model.known = kHashBytes;
    model.hash = hash_bytes(frame_->model);
  }
  return model;
}

Result<bool> FrameReader::find_magic(std::array<std::uint8_t, 2>& magic) {
  for (;;) {
    if (frames_ > 0) {
      CZIP_TRY_ASSIGN(const auto zeros, input_.skip_zeros());
      trailing_.padding_bytes += zeros;
    }
    frame_offset_ = input_.offset();
    CZIP_TRY_ASSIGN(const auto got, input_.read(magic));
    if (got == 0 && frames_ > 0) return false;
    if (got == 0) return fail(ErrorCode::truncated, "the file is empty, which no CZIPv2 file is");
    if (got < magic.size() && magic[0] == kFrameMagic[0]) return ended("a frame's magic");
    if (has_magic(std::span(magic).first(got))) return true;
    if (frames_ == 0) return fail(ErrorCode::corrupt, "is not a CZIPv2 file");
    const auto kind = side_record_kind(std::span(magic).first(got));
    if (!kind) {
      trailing_.garbage_offset = frame_offset_;
      return false;
    }
    CZIP_TRY_ASSIGN(const auto skipped, skip_side_record(*kind, magic));
    if (!skipped) return false;
  }
}

Result<bool> FrameReader::skip_side_record(SideRecordKind kind,
                                           std::span<const std::uint8_t> begun) {
  const bool recovery = kind == SideRecordKind::recovery;
  bool& damaged = recovery ? trailing_.recovery_damaged : trailing_.attachment_damaged;
  std::vector<std::uint8_t> bytes(begun.begin(), begun.end());
  CZIP_TRY(input_.append(side_header_bytes(kind) - begun.size(), bytes));
  const auto record = parse_side_record(bytes);
  bool good = record && !record->at_end;
  if (good && record->hides) {
    trailing_.hidden_offset = frame_offset_;
    return false;
  }
  if (good) {
    CZIP_TRY_ASSIGN(good, skip_side_body(*record));
  } else {
    CZIP_TRY_ASSIGN(const auto found, find_side_end(kind, std::move(bytes)));
    if (!found) {
      // Nothing tells how long it is, and whether frames follow.
      damaged = true;
      trailing_.garbage_offset = frame_offset_;
      return false;
    }
  }
  (recovery ? trailing_.recovery_bytes : trailing_.attachment_bytes) +=
      input_.offset() - frame_offset_;
  damaged |= !good;
  return true;
}

Result<bool> FrameReader::skip_side_body(const SideRecord& record) {
  bool good = true;
  if (payloads_ == Payloads::skip) {
    CZIP_TRY_ASSIGN(good, input_.skip(record.body_bytes));
  } else {
    TextHasher hasher;
    std::vector<std::uint8_t> part(kReadStep);
    for (std::uint64_t left = record.body_bytes; left > 0;) {
      const auto step = std::span(part).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(left, part.size())));
      CZIP_TRY_ASSIGN(const auto count, input_.read(step));
      hasher.add(step.first(count));
      if (count < step.size()) break;  // the digest is another
      left -= count;
    }
    good = hasher.digest() == record.body_hash;
  }
  std::vector<std::uint8_t> end(record.header_bytes);
  CZIP_TRY(input_.read(end));
  return good && end == record.end_header;
}

Result<bool> FrameReader::find_side_end(SideRecordKind kind, std::vector<std::uint8_t> window) {
  const std::size_t header_bytes = side_header_bytes(kind);
  std::uint64_t offset = frame_offset_;  // of the window
  for (;;) {
    const std::size_t before = window.size();
    CZIP_TRY(input_.append(kPaddingStep, window));
    for (std::size_t i = 0; i + header_bytes <= window.size(); ++i) {
      const auto rest = std::span(window).subspan(i);
      if (side_record_kind(rest) != kind) continue;
      const auto end = parse_side_record(rest);
      const std::uint64_t size = offset + i + header_bytes - frame_offset_;
      if (!end || !end->at_end || end->bytes() != size) continue;
      input_.give_back(rest.subspan(header_bytes));
      return true;
    }
    if (window.size() == before) return false;
    const std::size_t done = window.size() - std::min(window.size(), header_bytes - 1);
    window.erase(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(done));
    offset += done;
  }
}

// Reads a compact frame or a frame's header; sets record.kind to compact or to block.
Result<bool> FrameReader::begin_frame(Record& record) {
  std::array<std::uint8_t, 2> magic{};
  CZIP_TRY_ASSIGN(const auto found, find_magic(magic));
  record_offset_ = record.offset = frame_offset_;
  if (!found) return false;
  const bool compact = magic[1] != kFrameMagic[1];
  record.kind = compact ? RecordKind::compact : RecordKind::block;
  CZIP_TRY(compact ? read_compact(magic, record) : read_frame_header(magic));
  const bool archive = compact ? record.compact.archive : frame_->archive;
  if (frames_ > 0 && archive != archive_)
    return located({ErrorCode::corrupt, "an archive and a text follow each other in one file"});
  archive_ = archive;
  ++frames_;
  return true;
}

Status FrameReader::read_frame_header(std::span<const std::uint8_t> begun) {
  std::array<std::uint8_t, kFrameHeaderBytes> bytes{};
  std::ranges::copy(begun, bytes.begin());
  CZIP_TRY(read_exactly(std::span(bytes).subspan(begun.size()), "a frame header"));
  const auto header = parse_frame_header(bytes);
  if (!header) return located(header.error());
  frame_ = *header;
  in_frame_ = true;
  text_offset_ = 0;
  blocks_.clear();
  return {};
}

Status FrameReader::read_compact(std::span<const std::uint8_t> begun, Record& record) {
  std::size_t used = 0;
  record.compact_bytes.clear();
  const auto header = parse_compact_header(
      [&]() -> Result<std::uint8_t> {
        if (used < begun.size()) return begun[used++];
        std::uint8_t byte = 0;
        CZIP_TRY(read_exactly({&byte, 1}, "a compact header"));
        return byte;
      },
      record.compact_bytes);
  if (!header)
    return header.error().code == ErrorCode::truncated ? error_of(header) : located(header.error());
  record.compact = *header;
  record.compact_check.resize(header->check_bytes());
  CZIP_TRY(read_exactly(record.compact_check, "a compact header"));
  return read_payload(header->payload_bytes, record);
}

Status FrameReader::read_block_or_end(Record& record) {
  std::array<std::uint8_t, kBlockHeaderBytes> bytes{};
  CZIP_TRY(read_exactly(std::span(bytes).first<1>(), "a frame"));
  if (bytes[0] == static_cast<std::uint8_t>(BlockType::end)) return read_trailer(record);
  CZIP_TRY(read_exactly(std::span(bytes).subspan<1>(), "a block header"));
  const auto header = parse_block_header(bytes, *frame_, text_offset_);
  if (!header) return located(header.error());
  record.kind = RecordKind::block;
  record.block = *header;
  CZIP_TRY(read_payload(header->payload_bytes, record));
  blocks_.push_back(
      {header->text_bytes, static_cast<std::uint32_t>(kBlockHeaderBytes) + header->payload_bytes});
  text_offset_ += header->text_bytes;
  return {};
}

Status FrameReader::read_payload(std::uint32_t size, Record& record) {
  record.payload.clear();
  if (payloads_ == Payloads::read) {
    CZIP_TRY(input_.append(size, record.payload));
    return record.payload.size() == size ? Status{} : ended(kPayload);
  }
  // Reading the last byte shows whether all of them are there.
  if (size == 0) return {};
  input_.seek(input_.offset() + size - 1);
  std::uint8_t last = 0;
  return read_exactly({&last, 1}, kPayload);
}

Status FrameReader::read_trailer(Record& record) {
  record.kind = RecordKind::frame_end;
  in_frame_ = false;
  std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(BlockType::end)};
  const std::uint64_t size = trailer_bytes(blocks_.size());
  CZIP_TRY(input_.append(size - 1, bytes));
  if (bytes.size() != size) return ended("the seek table");
  auto trailer = parse_trailer(bytes, *frame_);
  if (!trailer) return located(trailer.error());
  if (trailer->table != blocks_)
    return located({ErrorCode::corrupt, "the seek table contradicts the blocks before it"});
  record.trailer = std::move(*trailer);
  return {};
}

}  // namespace czip::v2
