#include <new>

#include "czip/codec/v2/codec.hpp"
#include "v2/container/frame_reader.hpp"

namespace czip::v2 {
namespace {

void count(const Record& record, FrameInfo& frame) {
  frame.text_bytes += record.text_bytes();
  ++frame.blocks;
  if (record.stored()) ++frame.stored_blocks;
  const BlockSettings& settings = record.settings();
  if (settings.network) ++frame.network_blocks;
  if (!settings.language_model) return;
  ++frame.language_model_blocks;
  frame.language_model_bytes += record.text_bytes();
  const std::uint64_t streams = std::uint64_t{1} << settings.streams_log2;
  frame.language_model_stream_bytes += (record.text_bytes() + streams - 1) / streams;
}

FrameInfo compact_frame(const Record& record, const FrameReader& reader) {
  FrameInfo frame;
  frame.compact = true;
  frame.archive = record.compact.archive;
  frame.block_bytes = static_cast<std::uint32_t>(kMaxCompactText);
  if (record.coded()) frame.model = reader.model_of(record);
  frame.file_offset = record.offset;
  frame.file_bytes = record.end - record.offset;
  count(record, frame);
  return frame;
}

// Adds what is known at a frame's end.
void complete(const Record& record, const FrameReader& reader, FrameInfo& frame) {
  const FrameHeader& header = reader.frame();
  frame.archive = header.archive;
  frame.level = header.level;
  frame.block_bytes = header.block_bytes;
  frame.model = reader.model_of(record);
  frame.file_offset = reader.frame_offset();
  frame.file_bytes = record.end - reader.frame_offset();
  frame.text_hash = record.trailer.text_hash;
}

Result<FileInfo> read_info(RandomAccessSource& in, const FrameVisitor& visit) {
  FileInfo info;
  FrameReader reader(FrameInput(in), Payloads::skip);
  Record record;
  FrameInfo frame;
  for (;;) {
    CZIP_TRY_ASSIGN(const auto found, reader.next(record));
    if (!found) break;
    if (record.kind == RecordKind::block) {
      count(record, frame);
      continue;
    }
    if (record.kind == RecordKind::compact)
      frame = compact_frame(record, reader);
    else
      complete(record, reader, frame);
    info.text_bytes += frame.text_bytes;
    info.blocks += frame.blocks;
    if (++info.frames == 1) info.first_frame = frame;
    if (visit) CZIP_TRY(visit(frame));
    frame = {};
  }
  info.file_bytes = reader.offset();
  info.trailing = reader.trailing();
  return info;
}

}  // namespace

Result<FileInfo> inspect(RandomAccessSource& in, const FrameVisitor& visit) {
  try {
    return read_info(in, visit);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to inspect");
  }
}

}  // namespace czip::v2
