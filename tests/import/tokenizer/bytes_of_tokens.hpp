// A tokenizer's tokens, as texts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "czip/tokenizer/llm/description.hpp"

namespace czip::test {

// Bytes of each id.
[[nodiscard]] inline std::vector<std::string> bytes_of(const llm::Description& description) {
  std::vector<std::string> all;
  auto place = description.bytes.begin();
  for (const std::uint16_t length : description.lengths) {
    all.emplace_back(place, place + length);
    place += length;
  }
  return all;
}

}  // namespace czip::test
