#include "v2/container/part_scanner.hpp"

#include <algorithm>
#include <array>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/salvage.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/recovery_record.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

// A hostile file may hold any number of headers that each claim a long payload. Payloads that turn
// out to be damaged are hashed up to this many times the file's size, which honest damage does not
// come near.
constexpr std::uint64_t kMaxHashedFactor = 16;

// Blocks of a frame whose trailer is looked for at a given place.
constexpr std::uint64_t kMaxTableSearch = std::uint64_t{1} << 16;

using Found = Result<std::optional<FilePart>>;

std::uint32_t frame_check(const FilePart& part) {
  switch (part.kind) {
    case PartKind::frame_header:
      return part.frame.check;
    case PartKind::block:
      return part.block.frame_check;
    case PartKind::trailer:
      return part.trailer.frame_check;
    case PartKind::compact:
    case PartKind::recovery:
      break;
  }
  return 0;
}

// The text of a stored block may be a CZIPv2 file. Where the frame of the block goes on behind it,
// parts of other frames inside it are text.
void remove_nested(std::vector<FilePart>& parts) {
  std::vector<FileRange> texts;
  std::unordered_set<std::uint32_t> later;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const bool is_text = part->kind == PartKind::block && !part->good &&
                         part->block.type == BlockType::stored &&
                         later.contains(part->block.frame_check);
    if (is_text) texts.push_back({part->offset, part->end});
    later.insert(frame_check(*part));
  }
  for (const FileRange& text : texts) {
    const auto block = std::ranges::lower_bound(parts, text.begin, {}, &FilePart::offset);
    const std::uint32_t own = block->block.frame_check;
    std::erase_if(parts, [&](const FilePart& part) {
      return part.offset > text.begin && part.end <= text.end && frame_check(part) != own;
    });
  }
}

Found nothing() { return std::optional<FilePart>(); }

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

Found PartScanner::block_at(std::uint64_t offset) {
  CZIP_TRY_ASSIGN(const auto bytes, view(offset, kBlockHeaderBytes));
  if (bytes.size() < kBlockHeaderBytes) return nothing();
  // Most places are seen not to be a block without their hash.
  using Layout = BlockHeaderLayout;
  const auto text_bytes = load_le<std::uint32_t>(&bytes[Layout::kTextBytes]);
  if (text_bytes > kMaxBlockBytes ||
      load_le<std::uint32_t>(&bytes[Layout::kPayloadBytes]) > text_bytes)
    return nothing();
  const auto header = parse_block_header(bytes.first<kBlockHeaderBytes>());
  if (!header) return nothing();
  FilePart part{.kind = PartKind::block, .offset = offset, .block = *header};
  const std::uint64_t payload = offset + kBlockHeaderBytes;
  part.end = payload + header->payload_bytes;
  CZIP_TRY_ASSIGN(const auto good, payload_is_good(payload, *header));
  part.good = good;
  return std::optional(part);
}

Found PartScanner::frame_at(std::uint64_t offset) {
  CZIP_TRY_ASSIGN(const auto bytes, view(offset, kFrameHeaderBytes));
  if (bytes.size() < kFrameHeaderBytes) return nothing();
  const auto header = parse_frame_header(bytes.first<kFrameHeaderBytes>());
  if (!header) return nothing();
  return std::optional(FilePart{.kind = PartKind::frame_header,
                                .offset = offset,
                                .end = offset + kFrameHeaderBytes,
                                .frame = *header});
}

Found PartScanner::compact_at(std::uint64_t offset, bool expected) {
  std::uint64_t at = offset;
  std::vector<std::uint8_t> bytes;
  const auto header = parse_compact_header(
      [&]() -> Result<std::uint8_t> {
        CZIP_TRY_ASSIGN(const auto byte, view(at++, 1));
        if (byte.empty()) return fail(ErrorCode::truncated, {});
        return byte[0];
      },
      bytes);
  if (!header) return nothing();
  FilePart part{.kind = PartKind::compact, .offset = offset, .compact = *header};
  part.end = offset + bytes.size() + sizeof(std::uint32_t) + header->payload_bytes;
  CZIP_TRY_ASSIGN(const auto good, compact_test_(offset, *header));
  part.good = good;
  // Two bytes of a magic are anywhere.
  if (!good && !expected) return nothing();
  return std::optional(part);
}

// Whole or not, a recovery record has no text.
Found PartScanner::recovery_at(std::uint64_t offset) {
  CZIP_TRY_ASSIGN(const auto bytes, view(offset, kRecoveryHeaderBytes));
  const auto header = parse_recovery_header(bytes);
  if (!header) return nothing();
  const std::uint64_t length = header->at_end ? kRecoveryHeaderBytes : header->record_bytes();
  return std::optional(FilePart{.kind = PartKind::recovery,
                                .offset = offset,
                                .end = offset + std::min(length, size_ - offset)});
}

// A trailer's length is known by its end only.
Found PartScanner::trailer_with_footer_at(std::uint64_t offset) {
  using Layout = FooterLayout;
  CZIP_TRY_ASSIGN(const auto footer, view(offset, kFooterBytes));
  if (footer.size() < kFooterBytes ||
      !frame_checks_.contains(load_le<std::uint32_t>(&footer[Layout::kFrameCheck])))
    return nothing();
  const std::uint64_t blocks = footer_blocks(footer.first<kFooterBytes>());
  const std::uint64_t before = trailer_bytes(blocks) - kFooterBytes;
  if (before > offset) return nothing();
  std::vector<std::uint8_t> bytes;
  FrameInput input(*in_);
  input.seek(offset - before);
  CZIP_TRY(input.append(trailer_bytes(blocks), bytes));
  auto trailer = parse_trailer(bytes);
  if (!trailer) return nothing();
  trailer->table.clear();
  return std::optional(FilePart{.kind = PartKind::trailer,
                                .offset = offset - before,
                                .end = offset + kFooterBytes,
                                .trailer = std::move(*trailer)});
}

Found PartScanner::part_at(std::uint64_t offset, bool expected) {
  CZIP_TRY_ASSIGN(const auto start, view(offset, kFrameMagic.size()));
  if (start.empty()) return nothing();
  const auto type = static_cast<BlockType>(start[0]);
  if (type != BlockType::end && type <= BlockType::repeated) {
    CZIP_TRY_ASSIGN(auto block, block_at(offset));
    if (block) return block;
  }
  if (has_magic(start)) {
    CZIP_TRY_ASSIGN(auto frame,
                    start[1] == kFrameMagic[1] ? frame_at(offset) : compact_at(offset, expected));
    if (frame) return frame;
  }
  if (start[0] == kRecoveryMagic[0]) {
    CZIP_TRY_ASSIGN(auto record, recovery_at(offset));
    if (record) return record;
  }
  return trailer_with_footer_at(offset);
}

Result<bool> PartScanner::is_boundary(std::uint64_t offset, std::uint32_t frame_check) {
  if (offset >= size_) return offset == size_;
  CZIP_TRY_ASSIGN(const auto start, view(offset, 1));
  if (start[0] != static_cast<std::uint8_t>(BlockType::end)) {
    CZIP_TRY_ASSIGN(const auto part, part_at(offset, false));
    return part.has_value();
  }
  for (std::uint64_t blocks = 1; blocks <= kMaxTableSearch; ++blocks) {
    const std::uint64_t at = offset + trailer_bytes(blocks) - kFooterBytes;
    CZIP_TRY_ASSIGN(const auto footer, view(at, kFooterBytes));
    if (footer.size() < kFooterBytes) break;
    if (load_le<std::uint32_t>(&footer[FooterLayout::kFrameCheck]) == frame_check &&
        footer_blocks(footer.first<kFooterBytes>()) == blocks)
      return true;
  }
  return false;
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
      ++offset;
      continue;
    }
    std::uint64_t next = part->end;
    if (part->kind == PartKind::frame_header) frame_checks_.insert(part->frame.check);
    if (part->kind == PartKind::block) frame_checks_.insert(part->block.frame_check);
    if (!part->good) {
      // Bytes may have been lost or added inside it, and other parts follow sooner or later.
      CZIP_TRY_ASSIGN(const auto boundary, is_boundary(part->end, part->block.frame_check));
      part->length_known = boundary;
      if (!boundary) next = offset + (part->kind == PartKind::block ? kBlockHeaderBytes : 1);
      expected = boundary;
    }
    offset = next;
    parts.push_back(std::move(*part));
  }
  std::ranges::sort(parts, {}, &FilePart::offset);
  remove_nested(parts);
  return parts;
}

}  // namespace czip::v2
