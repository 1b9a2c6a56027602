// czip-v2-coding.md, sections 1 and 4: a coded block.
#pragma once

#include "bytes.hpp"
#include "model.hpp"

namespace reference {

struct Settings {
  std::size_t profile = 0;
  bool network = false;
  std::size_t streams = 1;
};

constexpr std::uint32_t kAnyRange = 0;

// Of exactly `text_bytes` bytes. `final_range` is what the coder must end with, or kAnyRange.
Bytes decode_block(const Model& model, const Settings& settings, const std::uint8_t* payload,
                   std::size_t payload_bytes, std::uint32_t final_range, std::size_t text_bytes);

}  // namespace reference
