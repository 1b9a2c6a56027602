// Finds the parts of a damaged CZIPv2 file by their own checks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "v2/container/container.hpp"
#include "v2/container/frame_reader.hpp"

namespace czip::v2 {

enum class PartKind : std::uint8_t { frame_header, block, trailer, compact, recovery };

struct FilePart {
  PartKind kind = PartKind::block;
  std::uint64_t offset = 0;
  std::uint64_t end = 0;     // as the part states it
  bool good = true;          // false: a block or compact frame whose header was read, but damaged
  FrameHeader frame{};       // frame_header
  BlockHeader block{};       // block
  Trailer trailer{};         // trailer, without its table
  CompactHeader compact{};   // compact
  bool length_known = true;  // compact: whether the stated length of a damaged one is credible
};

// Reads a compact frame at `offset`; false if it is damaged.
using CompactTest = std::function<Result<bool>(std::uint64_t offset, const CompactHeader& header)>;

class PartScanner {
 public:
  PartScanner(RandomAccessSource& in, CompactTest compact_test)
      : in_(&in), compact_test_(std::move(compact_test)) {}

  // All parts, by their offsets. Only a damaged block may hold other parts; of a file that is
  // itself stored in one, parts are left out. Errors: those of the source and of the test.
  Result<std::vector<FilePart>> scan();

 private:
  Result<std::span<const std::uint8_t>> view(std::uint64_t offset, std::size_t size);
  // The part that begins at `offset`. `expected`: one is likely to, being there where one ends.
  Result<std::optional<FilePart>> part_at(std::uint64_t offset, bool expected);
  Result<std::optional<FilePart>> block_at(std::uint64_t offset);
  Result<std::optional<FilePart>> frame_at(std::uint64_t offset);
  Result<std::optional<FilePart>> compact_at(std::uint64_t offset, bool expected);
  Result<std::optional<FilePart>> trailer_with_footer_at(std::uint64_t offset);
  Result<std::optional<FilePart>> recovery_at(std::uint64_t offset);
  Result<bool> payload_is_good(std::uint64_t offset, const BlockHeader& block);
  // Whether a part or the file's end stands where a damaged part says that it ends.
  Result<bool> is_boundary(std::uint64_t offset, std::uint32_t frame_check);

  RandomAccessSource* in_;
  CompactTest compact_test_;
  std::uint64_t size_ = 0;
  std::uint64_t hashed_ = 0;  // bytes of damaged payloads so far
  std::vector<std::uint8_t> buffer_;
  std::uint64_t buffer_offset_ = 0;
  std::unordered_set<std::uint32_t> frame_checks_;  // of the frames found so far
};

}  // namespace czip::v2
