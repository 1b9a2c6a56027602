// Writes one frame: header, blocks, trailer. Errors: those of the sink, and unsupported for more
// blocks than a seek table counts.
#pragma once

#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "v2/container/container.hpp"

namespace czip::v2 {

class FrameWriter {
 public:
  FrameWriter(ByteSink& out, const FrameHeader& header) : out_(&out), header_(header) {}

  Status begin();
  Status add(const BlockHeader& block, std::span<const std::uint8_t> payload);
  Status finish(const Hash128& text_hash);

 private:
  ByteSink* out_;
  FrameHeader header_;
  Trailer trailer_;
};

}  // namespace czip::v2
