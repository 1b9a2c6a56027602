// The blocks that an earlier call coded of the same text, as far as its file came.
#pragma once

#include <optional>
#include <span>

#include "czip/codec/io/byte_stream.hpp"
#include "v2/container/container.hpp"
#include "v2/container/frame_reader.hpp"

namespace czip::v2 {

class EarlierBlocks {
 public:
  // Of a frame with this header. `file` is null where there is no earlier file.
  EarlierBlocks(ByteSource* file, const FrameHeader& frame);

  // The next block, if it is whole and of this text. nullopt: code the text; none of the blocks
  // after it is given either. An earlier file that is damaged, or another one, is no error.
  std::optional<Record> take(std::span<const std::uint8_t> text);

 private:
  std::optional<FrameReader> reader_;
  FrameHeader frame_;
};

}  // namespace czip::v2
