// Finds the parts of a damaged CZIPv2 file by their own checks.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "v2/container/container.hpp"
#include "v2/container/frame_reader.hpp"
#include "v2/container/side_record.hpp"

namespace czip::v2 {

// Compact: one frame, or good ones that follow each other. Side: records that are no text, or
// headers of them.
enum class PartKind : std::uint8_t { frame_header, block, trailer, compact, side };

// A hostile file may have a part in every few bytes, so this is small. What else a header says is
// read again where it is needed.
struct FilePart {
  std::uint64_t offset = 0;
  std::uint64_t end = 0;          // as the part states it
  std::uint64_t text_offset = 0;  // block: of its text in the frame's
  // Block: where its text ends. Frame header and trailer: the length of the frame's text. Damaged
  // compact frame: the length of its text.
  std::uint64_t text_end = 0;
  std::uint32_t frame_check = 0;  // frame header, block, trailer
  std::uint32_t check = 0;        // block: of its header, which tells copies from other blocks
  PartKind kind = PartKind::block;
  bool good = true;      // false: a block or compact frame whose header was read, but damaged
  bool stored = false;   // block
  bool archive = false;  // frame header, trailer, compact
  // Frame header: whether it states a length. Damaged compact frame: whether that is credible.
  bool length_known = true;
};

// Reads a compact frame at `offset`; false if it is damaged, or costs too much to find out.
using CompactTest = std::function<Result<bool>(std::uint64_t offset)>;

class PartScanner {
 public:
  // More parts than `max_parts` are an error.
  PartScanner(RandomAccessSource& in, CompactTest compact_test, std::uint64_t max_parts)
      : in_(&in), compact_test_(std::move(compact_test)), max_parts_(max_parts) {}

  // All parts, by their offsets. Only a damaged block may hold other parts; of a file that is
  // itself stored in one, parts are left out. A compact frame that stands between other parts, as
  // its header states it, is taken for good without a test. One of the short kind is found only
  // behind another frame, padding, a side record or at the file's beginning. Time is O(n log n) in
  // the file's size. Errors: over_limit, those of the source and of the test.
  Result<std::vector<FilePart>> scan();

 private:
  using Found = Result<std::optional<FilePart>>;

  Result<std::span<const std::uint8_t>> view(std::uint64_t offset, std::size_t size);
  // The same for few bytes, anywhere, without losing what is buffered.
  Result<std::span<const std::uint8_t>> peek(std::uint64_t offset, std::size_t size);
  // The part that begins at `offset`. `expected`: one is likely to, being there where one ends.
  Found part_at(std::uint64_t offset, bool expected);
  Found block_at(std::uint64_t offset);
  Found frame_at(std::uint64_t offset);
  Found compact_at(std::uint64_t offset, bool expected);
  Found trailer_with_footer_at(std::uint64_t offset);
  Found side_record_at(std::uint64_t offset);
  Result<bool> payload_is_good(std::uint64_t offset, const BlockHeader& block);
  Result<bool> side_record_is_good(std::uint64_t offset, const SideRecord& record);
  // Whether the header of a part, the file's end, or what else may follow `part` stands where it
  // says that it ends.
  Result<bool> is_boundary_behind(const FilePart& part);
  // Whether a trailer of that frame begins there, by its footer.
  Result<bool> trailer_begins_at(std::uint64_t offset, std::uint32_t frame_check);
  Status add(std::vector<FilePart>& parts, const FilePart& part) const;

  RandomAccessSource* in_;
  CompactTest compact_test_;
  std::uint64_t max_parts_;
  std::uint64_t size_ = 0;
  std::uint64_t hashed_ = 0;    // bytes so far whose hash was wrong
  std::uint64_t probes_ = 0;    // footers looked for so far
  std::uint64_t good_end_ = 0;  // of the last good part
  // Only padding stands between what ends a frame and here. Elsewhere no frame of the short kind is
  // looked for: its two bytes are anywhere, and a check of two more proves little.
  bool between_frames_ = true;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t buffer_offset_ = 0;
  std::array<std::uint8_t, kMaxShortFrame> peeked_{};
  // Of the frames found so far. A hostile file can choose them, so no hash table.
  std::set<std::uint32_t> frame_checks_;
};

}  // namespace czip::v2
