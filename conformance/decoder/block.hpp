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

// Returns a text of exactly `text_bytes` bytes. The coder must end with the range `final_range`,
// unless that is kAnyRange. Throws Refused.
Bytes decode_block(const Model& model, const Settings& settings, const std::uint8_t* payload,
                   std::size_t payload_bytes, std::uint32_t final_range, std::size_t text_bytes);

}  // namespace reference
