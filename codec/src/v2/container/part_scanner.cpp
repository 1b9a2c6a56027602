#include "v2/container/part_scanner.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "czip/base/little_endian.hpp"
#include "v2/container/hashing.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

// A hostile file may hold any number of headers that each claim a long payload. What turns out to
// be damaged is hashed up to this many times the file's size, which honest damage does not come
// near.
constexpr std::uint64_t kMaxHashedFactor = 4;

// Blocks of a frame whose trailer is looked for at a given place, and how often for one file.
constexpr std::uint64_t kMaxTableSearch = std::uint64_t{1} << 16;
constexpr std::uint64_t kMaxTableSearches = 4;
// And once for so many bytes of the file.
constexpr std::uint64_t kBytesPerProbe = 16;

// Entries of a seek table that is read: blocks of the least size for 1 TiB of text.
constexpr std::uint64_t kMaxTableEntries = std::uint64_t{1} << 24;

// Zeros that are taken for padding.
constexpr std::size_t kPadding = 16;

// Frames that a damaged stored block may be of, while parts inside it are looked at.
class StoredTexts {
 public:
  void add(std::uint32_t frame_check, std::uint64_t end) {
    if (frame_check != longest_.frame_check) {
      if (end <= longest_.end) {
        if (end > other_.end) other_ = {frame_check, end};
        return;
      }
      other_ = std::exchange(longest_, {frame_check, end});
    }
    longest_.end = std::max(longest_.end, end);
  }
  // Whether a part that ends there lies in a text of another frame.
  [[nodiscard]] bool holds(std::uint32_t frame_check, std::uint64_t end) const {
    return end <= (frame_check != longest_.frame_check ? longest_.end : other_.end);
  }

 private:
  struct Text {
    std::uint32_t frame_check = 0;
    std::uint64_t end = 0;
  };
  Text longest_;
  Text other_;  // the longest of the other frames
};

// The text of a stored block may be a CZIPv2 file. Where the frame of the block goes on behind it,
// parts of other frames inside it are text.
void remove_nested(std::vector<FilePart>& parts) {
  std::map<std::uint32_t, std::uint64_t> last_offset;  // of a part of each frame with such a block
  const auto may_hold_others = [](const FilePart& part) {
    return part.kind == PartKind::block && !part.good && part.stored;
  };
  for (const FilePart& part : parts)
    if (may_hold_others(part)) last_offset.emplace(part.frame_check, 0);
  if (last_offset.empty()) return;
  for (const FilePart& part : parts)
    if (const auto last = last_offset.find(part.frame_check); last != last_offset.end())
      last->second = part.offset;
  StoredTexts texts;
  std::erase_if(parts, [&](const FilePart& part) {
    if (texts.holds(part.frame_check, part.end)) return true;
    if (may_hold_others(part) && last_offset[part.frame_check] >= part.end)
      texts.add(part.frame_check, part.end);
    return false;
  });
}

std::optional<BlockHeader> block_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kBlockHeaderBytes) return std::nullopt;
  // Most places are seen not to be a block without their hash.
  using Layout = BlockHeaderLayout;
  const auto text_bytes = load_le<std::uint32_t>(&bytes[Layout::kTextBytes]);
  if (text_bytes > kMaxBlockBytes ||
      load_le<std::uint32_t>(&bytes[Layout::kPayloadBytes]) > text_bytes)
    return std::nullopt;
  const auto header = parse_block_header(bytes.first<kBlockHeaderBytes>());
  return header ? std::optional(*header) : std::nullopt;
}

std::optional<FrameHeader> frame_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kFrameHeaderBytes) return std::nullopt;
  const auto header = parse_frame_header(bytes.first<kFrameHeaderBytes>());
  return header ? std::optional(*header) : std::nullopt;
}

bool may_begin_block(std::uint8_t first_byte) {
  const auto type = static_cast<BlockType>(first_byte);
  return type != BlockType::end && type <= kLastBlockType;
}

// Whether a part begins so, as far as its header tells.
bool begins_part(std::span<const std::uint8_t> bytes) {
  if (may_begin_block(bytes[0])) return block_header(bytes).has_value();
  if (has_magic(bytes)) {
    if (bytes[1] == kFrameMagic[1]) return frame_header(bytes).has_value();
    std::vector<std::uint8_t> unused;
    const auto header = parse_compact_header(bytes, unused);
    // Two bytes that begin a frame of the short kind are anywhere.
    return header && (!header->short_kind || begins_short_frame(bytes));
  }
  return parse_side_record(bytes).has_value();
}

// Whether a frame may begin behind a part of that kind.
bool ends_frame(PartKind kind) { return kind != PartKind::frame_header && kind != PartKind::block; }

// Whether nothing but padding may follow, which no frame has in it.
bool is_padding(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes.first(std::min(bytes.size(), kPadding)),
                             [](std::uint8_t byte) { return byte == 0; });
}

std::optional<FilePart> nothing() { return std::nullopt; }

}  // namespace

Result<std::span<const std::uint8_t>> PartScanner::view(std::uint64_t offset, std::size_t size) {
  size =
      static_cast<std::size_t>(std::min<std::uint64_t>(size, offset < size_ ? size_ - offset : 0));
  if (offset < buffer_offset_ || offset + size > buffer_offset_ + buffer_.size()) {
    buffer_.clear();
    buffer_offset_ = offset;
    FrameInput input(*in_);
    input.seek(offset);
    CZIP_TRY(input.append(std::max(size, kBufferBytes), buffer_));
  }
  const auto begin = static_cast<std::size_t>(offset - buffer_offset_);
  return std::span<const std::uint8_t>(buffer_).subspan(begin,
                                                        std::min(size, buffer_.size() - begin));
}

Result<std::span<const std::uint8_t>> PartScanner::peek(std::uint64_t offset, std::size_t size) {
  if (offset >= buffer_offset_ && offset + size <= buffer_offset_ + buffer_.size())
    return view(offset, size);
  FrameInput input(*in_);
  input.seek(offset);
  CZIP_TRY_ASSIGN(const auto got, input.read(std::span(peeked_).first(size)));
  return std::span<const std::uint8_t>(peeked_).first(got);
}

Result<bool> PartScanner::payload_is_good(std::uint64_t offset, const BlockHeader& block) {
  if (block.payload_bytes > size_ - offset) return false;
  if (hashed_ > kMaxHashedFactor * size_) return false;
  std::vector<std::uint8_t> payload;
  FrameInput input(*in_);
  input.seek(offset);
  CZIP_TRY(input.append(block.payload_bytes, payload));
  if (payload.size() == block.payload_bytes && hash64(payload) == block.payload_hash) return true;
  hashed_ += payload.size();
  return false;
}

PartScanner::Found PartScanner::block_at(std::uint64_t offset) {
  CZIP_TRY_ASSIGN(const auto bytes, view(offset, kBlockHeaderBytes));
  const auto header = block_header(bytes);
  if (!header) return nothing();
  const std::uint64_t payload = offset + kBlockHeaderBytes;
  FilePart part{
      .offset = offset,
      .end = payload + header->payload_bytes,
      .text_offset = header->text_offset,
      .text_end = header->text_offset + header->text_bytes,
      .frame_check = header->frame_check,
      .check = load_le<std::uint32_t>(&bytes[BlockHeaderLayout::kCheck]),
      .kind = PartKind::block,
      .stored = header->type == BlockType::stored,
  };
  // No text is so long.
  if (part.text_end < part.text_offset) return nothing();
  CZIP_TRY_ASSIGN(const auto good, payload_is_good(payload, *header));
  part.good = good;
  return std::optional(part);
}

PartScanner::Found PartScanner::frame_at(std::uint64_t offset) {
  CZIP_TRY_ASSIGN(const auto bytes, view(offset, kFrameHeaderBytes));
  const auto header = frame_header(bytes);
  if (!header) return nothing();
  return std::optional(FilePart{.offset = offset,
                                .end = offset + kFrameHeaderBytes,
                                .text_end = header->text_bytes.value_or(0),
                                .frame_check = header->check,
                                .kind = PartKind::frame_header,
                                .archive = header->archive,
                                .length_known = header->text_bytes.has_value()});
}

PartScanner::Found PartScanner::compact_at(std::uint64_t offset, bool expected) {
  CZIP_TRY_ASSIGN(const auto bytes, view(offset, kMaxCompactHeader));
  std::vector<std::uint8_t> header_bytes;
  const auto header = parse_compact_header(bytes, header_bytes);
  if (!header || (header->short_kind && !between_frames_)) return nothing();
  FilePart part{.offset = offset,
                .text_end = header->text_bytes,
                .kind = PartKind::compact,
                .archive = header->archive};
  part.end = offset + header_bytes.size() + header->check_bytes() + header->payload_bytes;
  if (expected && !header->stored) {
    // Whoever decodes it sees whether it is good.
    CZIP_TRY_ASSIGN(const auto boundary, is_boundary_behind(part));
    if (boundary) return std::optional(part);
  }
  part.good = part.end <= size_;
  if (part.good) {
    CZIP_TRY_ASSIGN(part.good, compact_test_(offset));
  }
  // Two bytes of a magic are anywhere.
  if (!part.good && !expected) return nothing();
  return std::optional(part);
}

Result<bool> PartScanner::side_record_is_good(std::uint64_t offset, const SideRecord& record) {
  if (record.at_end || record.hides || record.bytes() > size_ - offset) return false;
  const std::uint64_t end = offset + record.bytes();
  CZIP_TRY_ASSIGN(const auto last, peek(end - record.header_bytes, record.header_bytes));
  if (!std::ranges::equal(last, record.end_header)) return false;
  if (hashed_ > kMaxHashedFactor * size_) return false;
  FrameInput input(*in_);
  input.seek(offset + record.header_bytes);
  TextHasher hasher;
  std::vector<std::uint8_t> piece;
  for (std::uint64_t left = record.body_bytes; left > 0; left -= piece.size()) {
    piece.clear();
    CZIP_TRY(input.append(std::min<std::uint64_t>(left, kBufferBytes), piece));
    if (piece.empty()) return false;
    hasher.add(piece);
  }
  if (hasher.digest() == record.body_hash) return true;
  hashed_ += record.body_bytes;
  return false;
}

// A side record has no text. Where it is not whole, its length is not trusted: good blocks may
// follow its header, as they do behind one that hides them.
PartScanner::Found PartScanner::side_record_at(std::uint64_t offset) {
  CZIP_TRY_ASSIGN(const auto bytes, view(offset, kMaxSideHeaderBytes));
  const auto record = parse_side_record(bytes);
  if (!record) return nothing();
  CZIP_TRY_ASSIGN(const auto good, side_record_is_good(offset, *record));
  return std::optional(FilePart{.offset = offset,
                                .end = offset + (good ? record->bytes() : record->header_bytes),
                                .kind = PartKind::side});
}

// A trailer's length is known by its end only.
PartScanner::Found PartScanner::trailer_with_footer_at(std::uint64_t offset) {
  using Layout = FooterLayout;
  CZIP_TRY_ASSIGN(const auto footer, view(offset, kFooterBytes));
  if (footer.size() < kFooterBytes) return nothing();
  const std::uint64_t blocks = footer_blocks(footer.first<kFooterBytes>());
  const std::uint64_t before = trailer_bytes(blocks) - kFooterBytes;
  // A trailer has no good part in it.
  if (before > offset - good_end_ || blocks > kMaxTableEntries ||
      (footer[Layout::kFlags] & ~(kFlagTextBytes | kFlagArchive)) != 0 ||
      !frame_checks_.contains(load_le<std::uint32_t>(&footer[Layout::kFrameCheck])))
    return nothing();
  if (hashed_ > kMaxHashedFactor * size_) return nothing();
  std::vector<std::uint8_t> bytes;
  FrameInput input(*in_);
  input.seek(offset - before);
  CZIP_TRY(input.append(trailer_bytes(blocks), bytes));
  if (bytes.size() != trailer_bytes(blocks)) return nothing();
  const auto trailer = parse_trailer(bytes);
  if (!trailer) {
    hashed_ += bytes.size();
    return nothing();
  }
  return std::optional(FilePart{.offset = offset - before,
                                .end = offset + kFooterBytes,
                                .text_end = trailer->text_bytes,
                                .frame_check = trailer->frame_check,
                                .kind = PartKind::trailer,
                                .archive = trailer->archive});
}

PartScanner::Found PartScanner::part_at(std::uint64_t offset, bool expected) {
  CZIP_TRY_ASSIGN(const auto start, view(offset, kFrameMagic.size()));
  if (start.empty()) return nothing();
  if (may_begin_block(start[0])) {
    CZIP_TRY_ASSIGN(auto block, block_at(offset));
    if (block) return block;
  }
  if (has_magic(start)) {
    CZIP_TRY_ASSIGN(auto frame,
                    start[1] == kFrameMagic[1] ? frame_at(offset) : compact_at(offset, expected));
    if (frame) return frame;
  }
  if (side_record_kind(start)) {
    CZIP_TRY_ASSIGN(auto record, side_record_at(offset));
    if (record) return record;
  }
  return trailer_with_footer_at(offset);
}

Result<bool> PartScanner::is_boundary_behind(const FilePart& part) {
  if (part.end >= size_) return part.end == size_;
  CZIP_TRY_ASSIGN(const auto bytes, peek(part.end, peeked_.size()));
  if (bytes.empty()) return false;
  if (begins_part(bytes)) return true;
  if (part.kind == PartKind::compact) return is_padding(bytes);
  if (bytes[0] != static_cast<std::uint8_t>(BlockType::end)) return false;
  return trailer_begins_at(part.end, part.frame_check);
}

Result<bool> PartScanner::trailer_begins_at(std::uint64_t offset, std::uint32_t frame_check) {
  for (std::uint64_t blocks = 1; blocks <= kMaxTableSearch; ++blocks) {
    if (probes_ > kMaxTableSearches * kMaxTableSearch + size_ / kBytesPerProbe) break;
    ++probes_;
    const std::uint64_t at = offset + trailer_bytes(blocks) - kFooterBytes;
    CZIP_TRY_ASSIGN(const auto footer, peek(at, kFooterBytes));
    if (footer.size() < kFooterBytes) break;
    if (load_le<std::uint32_t>(&footer[FooterLayout::kFrameCheck]) == frame_check &&
        footer_blocks(footer.first<kFooterBytes>()) == blocks)
      return true;
  }
  return false;
}

Status PartScanner::add(std::vector<FilePart>& parts, const FilePart& part) const {
  if (!parts.empty() && parts.back().kind == part.kind && parts.back().end == part.offset &&
      parts.back().good && part.good &&
      (part.kind == PartKind::compact || part.kind == PartKind::side)) {
    parts.back().end = part.end;
    return {};
  }
  if (parts.size() >= max_parts_)
    return fail(ErrorCode::over_limit, "is in more than " + std::to_string(max_parts_) +
                                           " pieces, for which the limit on memory has no room");
  parts.push_back(part);
  return {};
}

Result<std::vector<FilePart>> PartScanner::scan() {
  CZIP_TRY_ASSIGN(const auto size, in_->size());
  size_ = size;
  std::vector<FilePart> parts;
  bool expected = true;
  for (std::uint64_t offset = 0; offset < size_;) {
    CZIP_TRY_ASSIGN(auto part, part_at(offset, expected));
    expected = part.has_value();
    if (!part) {
      CZIP_TRY_ASSIGN(const auto byte, view(offset, 1));
      between_frames_ &= byte.empty() || byte[0] == 0;
      ++offset;
      continue;
    }
    std::uint64_t next = part->end;
    if (part->kind == PartKind::frame_header || part->kind == PartKind::block)
      frame_checks_.insert(part->frame_check);
    if (part->good) {
      good_end_ = part->end;
    } else {
      // Bytes may have been lost or added inside it, and other parts follow sooner or later.
      CZIP_TRY_ASSIGN(const auto boundary, is_boundary_behind(*part));
      part->length_known = boundary;
      if (!boundary) next = offset + (part->kind == PartKind::block ? kBlockHeaderBytes : 1);
      expected = boundary;
    }
    between_frames_ = (part->good || expected) && ends_frame(part->kind);
    offset = next;
    CZIP_TRY(add(parts, *part));
  }
  std::ranges::sort(parts, {}, &FilePart::offset);
  remove_nested(parts);
  return parts;
}

}  // namespace czip::v2
