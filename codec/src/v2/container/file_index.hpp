// The places of a CZIPv2 file's blocks, found without decoding them.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "v2/container/container.hpp"
#include "v2/container/frame_reader.hpp"

namespace czip::v2 {

// One block, or one compact frame.
struct BlockPlace {
  std::uint64_t file_offset = 0;
  std::uint64_t text_offset = 0;
  std::uint32_t text_bytes = 0;
  std::uint64_t frame_text_offset = 0;  // in the text of its frame
  std::size_t frame = 0;                // index in FileIndex::frames, or kCompactFrame
};

inline constexpr std::size_t kCompactFrame = static_cast<std::size_t>(-1);

struct FileIndex {
  std::vector<FrameHeader> frames;  // those that are not compact
  std::vector<BlockPlace> places;
  std::uint64_t text_bytes = 0;
  TrailingData trailing;
  bool damaged = false;  // behind the text that was wanted, or in a seek table
};

// Reads the seek table of a file that is one frame; otherwise walks from block header to block
// header, past damaged seek tables. Where the text up to `text_end` is indexed, other damage does
// not matter either. Errors: those of FrameReader.
Result<FileIndex> index_file(RandomAccessSource& in, std::uint64_t text_end);

}  // namespace czip::v2
