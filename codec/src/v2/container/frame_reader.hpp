// Parses a CZIPv2 file from front to back: frames, blocks, trailers. Memory grows with the bytes
// that have arrived, never with what a field claims.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/trailing_data.hpp"
#include "v2/container/container.hpp"
#include "v2/container/side_record.hpp"

namespace czip::v2 {

// The source of the reader's bytes. Bytes can be skipped in a random-access source.
class FrameInput {
 public:
  explicit FrameInput(ByteSource& stream) : stream_(&stream) {}
  explicit FrameInput(RandomAccessSource& file) : file_(&file) {}

  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  // Random access only.
  void seek(std::uint64_t offset) { offset_ = offset; }

  // Fills `buffer` as far as the source has bytes; returns their number.
  Result<std::size_t> read(std::span<std::uint8_t> buffer);
  // At least one byte, unless there are no more.
  Result<std::size_t> read_some(std::span<std::uint8_t> buffer);
  // The bytes read last are to be read again.
  void give_back(std::span<const std::uint8_t> bytes);
  // Skips `count` bytes; false if the source ends before them. Random access only.
  Result<bool> skip(std::uint64_t count);
  // Skips zeros up to another byte or the end; returns their number.
  Result<std::uint64_t> skip_zeros();
  // Appends `count` bytes to `bytes`, fewer if the source ends.
  Status append(std::uint64_t count, std::vector<std::uint8_t>& bytes);

 private:
  ByteSource* stream_ = nullptr;
  RandomAccessSource* file_ = nullptr;
  std::uint64_t offset_ = 0;
  std::vector<std::uint8_t> unread_;  // read from the stream before they were wanted
};

enum class RecordKind : std::uint8_t { block, compact, frame_end };

// What `next` reads. Which members are set depends on the kind.
struct Record {
  RecordKind kind = RecordKind::block;
  std::uint64_t offset = 0;                 // of its first byte in the file
  std::uint64_t end = 0;                    // offset behind its last byte
  BlockHeader block;                        // block
  CompactHeader compact;                    // compact
  std::vector<std::uint8_t> compact_bytes;  // its header up to the check
  std::vector<std::uint8_t> compact_check;
  std::vector<std::uint8_t> payload;  // block and compact
  Trailer trailer;                    // frame_end

  [[nodiscard]] std::uint32_t text_bytes() const {
    return kind == RecordKind::block ? block.text_bytes : compact.text_bytes;
  }
  [[nodiscard]] bool stored() const {
    return kind == RecordKind::block ? block.type == BlockType::stored : compact.stored;
  }
  // Whether the text was coded with a model.
  [[nodiscard]] bool coded() const {
    return kind == RecordKind::block ? is_coded(block.type) : !compact.stored;
  }
  // Whether the text is a pattern over and over.
  [[nodiscard]] bool repeats() const {
    return kind == RecordKind::block &&
           (block.type == BlockType::repeated || block.type == BlockType::coded_pattern);
  }
  // Bytes of what is coded, or repeated: the text, or its pattern. The length of a coded pattern is
  // as the payload says; not checked.
  [[nodiscard]] std::uint32_t coded_bytes() const;
  [[nodiscard]] const BlockSettings& settings() const {
    return kind == RecordKind::block ? block.settings : compact.settings;
  }
};

enum class Payloads : std::uint8_t { read, skip };  // skip: random access only

class FrameReader {
 public:
  explicit FrameReader(FrameInput input, Payloads payloads = Payloads::read)
      : input_(std::move(input)), payloads_(payloads) {}

  // Reads the next record; false after the last frame, at the end of the file or at bytes that
  // begin no frame. Checks lengths, headers and the trailer, and that the trailer agrees with the
  // blocks; hashes of payload and text are the caller's.
  Result<bool> next(Record& record);

  // Continues in the middle of a frame, at the header of the block at `text_offset` of its text.
  // Its trailer cannot be read after that. Random access only.
  void resume(const FrameHeader& frame, std::uint64_t text_offset, std::uint64_t offset);
  // Continues at the beginning of a frame. Random access only.
  void restart(std::uint64_t offset);

  // The frame of the record read last, which must not be a compact frame.
  [[nodiscard]] const FrameHeader& frame() const { return *frame_; }
  [[nodiscard]] std::uint64_t frame_offset() const { return frame_offset_; }
  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  // Between and after the frames read so far.
  [[nodiscard]] const TrailingData& trailing() const { return trailing_; }
  [[nodiscard]] std::uint64_t offset() const { return input_.offset(); }

  // The model that the record's text was coded with. The record must be the last one read.
  [[nodiscard]] ModelReference model_of(const Record& record) const;

 private:
  Result<bool> begin_frame(Record& record);
  // Skips zeros and side records up to a frame's magic; false if none follows.
  Result<bool> find_magic(std::array<std::uint8_t, 2>& magic);
  // Of a side record that begins so. False: what follows it is unknown or hidden.
  Result<bool> skip_side_record(SideRecordKind kind, std::span<const std::uint8_t> begun);
  // Reads on behind the header; false if the record is damaged.
  Result<bool> skip_side_body(const SideRecord& record);
  // Reads on behind `window`, the damaged beginning of a record, to the end that belongs to it.
  // False: there is none.
  Result<bool> find_side_end(SideRecordKind kind, std::vector<std::uint8_t> window);
  Status read_frame_header(std::span<const std::uint8_t> begun);
  Status read_compact(std::span<const std::uint8_t> begun, Record& record);
  Status read_block_or_end(Record& record);
  Status read_trailer(Record& record);
  Status read_payload(std::uint32_t size, Record& record);
  Status read_exactly(std::span<std::uint8_t> buffer, const char* what);
  [[nodiscard]] tl::unexpected<Error> located(const Error& error) const;
  [[nodiscard]] tl::unexpected<Error> ended(const char* what) const;

  FrameInput input_;
  Payloads payloads_;
  std::optional<FrameHeader> frame_;
  bool in_frame_ = false;
  std::uint64_t frame_offset_ = 0;
  std::uint64_t frames_ = 0;
  TrailingData trailing_;
  std::uint64_t record_offset_ = 0;
  bool archive_ = false;            // of the first frame
  std::uint64_t text_offset_ = 0;   // of the next block, in the frame's text
  std::vector<TableEntry> blocks_;  // of the frame so far
};

}  // namespace czip::v2
