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

Result<FileIndex> walk(RandomAccessSource& in) {
  FileIndex index;
  FrameReader reader(FrameInput(in), Payloads::skip);
  Record record;
  std::uint64_t frame_start = 0;  // in the file's text
  for (bool begins = true;;) {
    CZIP_TRY_ASSIGN(const auto found, reader.next(record));
    if (!found) {
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

Result<FileIndex> index_file(RandomAccessSource& in) {
  CZIP_TRY_ASSIGN(auto index, read_table(in));
  if (index) return std::move(*index);
  return walk(in);
}

}  // namespace czip::v2
