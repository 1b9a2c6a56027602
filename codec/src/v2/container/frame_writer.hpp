// Writes one frame: header, blocks, trailer. Nothing is written before the first block or the end
// is there, so that what fails before it, such as for want of memory, leaves the sink empty.
// Errors: those of the sink, and unsupported for more blocks than a seek table counts.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "v2/container/container.hpp"

namespace czip::v2 {

class FrameWriter {
 public:
  FrameWriter(ByteSink& out, const FrameHeader& header)
      : out_(&out), header_(header), header_bytes_(serialize(header_)) {}

  Status add(const BlockHeader& block, std::span<const std::uint8_t> payload);
  Status finish(const Hash128& text_hash);

 private:
  Status begin();

  ByteSink* out_;
  FrameHeader header_;
  std::array<std::uint8_t, kFrameHeaderBytes> header_bytes_;
  bool has_begun_ = false;
  Trailer trailer_;
};

}  // namespace czip::v2
