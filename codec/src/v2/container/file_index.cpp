#include "v2/container/file_index.hpp"

#include <array>
#include <optional>
#include <utility>

namespace czip::v2 {
namespace {

// The index of a file that is one frame, from its seek table.
FileIndex from_table(const FrameHeader& frame, const Trailer& trailer) {
  FileIndex index;
  index.frames.push_back(frame);
  std::uint64_t offset = kFrameHeaderBytes;
  for (const TableEntry& entry : trailer.table) {
    index.places.push_back({.file_offset = offset,
                            .text_offset = index.text_bytes,
                            .text_bytes = entry.text_bytes,
                            .frame_text_offset = index.text_bytes,
                            .frame = 0});
    offset += entry.file_bytes;
    index.text_bytes += entry.text_bytes;
  }
  return index;
}

// nullopt: the file is not a single frame with its trailer at the end.
Result<std::optional<FileIndex>> read_table(RandomAccessSource& in) {
  CZIP_TRY_ASSIGN(const auto size, in.size());
  std::array<std::uint8_t, kFrameHeaderBytes> start{};
  std::array<std::uint8_t, kFooterBytes> footer{};
  if (size < kFrameHeaderBytes + trailer_bytes(0)) return std::optional<FileIndex>();
  FrameInput input(in);
  CZIP_TRY(input.read(start));
  input.seek(size - kFooterBytes);
  CZIP_TRY(input.read(footer));
  const auto frame = parse_frame_header(start);
  const std::uint64_t length = trailer_bytes(footer_blocks(footer));
  if (!frame || length > size - kFrameHeaderBytes) return std::optional<FileIndex>();

  std::vector<std::uint8_t> bytes;
  input.seek(size - length);
  CZIP_TRY(input.append(length, bytes));
  if (bytes.size() != length) return std::optional<FileIndex>();
  const auto trailer = parse_trailer(bytes, *frame);
  if (!trailer) return std::optional<FileIndex>();
  std::uint64_t blocks = 0;
  for (const TableEntry& entry : trailer->table) blocks += entry.file_bytes;
  if (kFrameHeaderBytes + blocks + length != size) return std::optional<FileIndex>();
  return std::optional<FileIndex>(from_table(*frame, *trailer));
}

// Whether a trailer that could not be read is at the end of all blocks, and not in the place of a
// damaged block.
bool blocks_are_complete(const FrameReader& reader, std::uint64_t text_bytes,
                         std::uint64_t file_bytes) {
  return text_bytes == reader.frame().text_bytes || reader.offset() == file_bytes;
}

Result<FileIndex> walk(RandomAccessSource& in, std::uint64_t text_end) {
  CZIP_TRY_ASSIGN(const auto file_bytes, in.size());
  FileIndex index;
  FrameReader reader(FrameInput(in), Payloads::skip);
  Record record;
  std::uint64_t frame_start = 0;  // in the file's text
  for (bool begins = true;;) {
    record.kind = RecordKind::block;
    const auto read = reader.next(record);
    const bool in_trailer = record.kind == RecordKind::frame_end;
    if (!read &&
        !(in_trailer && blocks_are_complete(reader, index.text_bytes - frame_start, file_bytes))) {
      if (index.text_bytes < text_end) return error_of(read);
      index.damaged = true;
      return index;
    }
    index.damaged = index.damaged || !read;
    if (read && !*read) {
      index.trailing = reader.trailing();
      return index;
    }
    if (record.kind == RecordKind::frame_end) {
      // The next frame's header is added with its first block, so never that of an empty frame.
      begins = true;
      frame_start = index.text_bytes;
      continue;
    }
    const bool compact = record.kind == RecordKind::compact;
    if (!compact && begins) index.frames.push_back(reader.frame());
    begins = compact;
    index.places.push_back({.file_offset = record.offset,
                            .text_offset = index.text_bytes,
                            .text_bytes = record.text_bytes(),
                            .frame_text_offset = index.text_bytes - frame_start,
                            .frame = compact ? kCompactFrame : index.frames.size() - 1});
    index.text_bytes += record.text_bytes();
    if (compact) frame_start = index.text_bytes;
  }
}

}  // namespace

Result<FileIndex> index_file(RandomAccessSource& in, std::uint64_t text_end) {
  CZIP_TRY_ASSIGN(auto index, read_table(in));
  if (index) return std::move(*index);
  return walk(in, text_end);
}

}  // namespace czip::v2
