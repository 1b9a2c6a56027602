// A text and what it costs by one or more models: what `czip inspect` shows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scoring/scored_text.hpp"

namespace czip::tool {

struct Inspection {
  std::string name;  // of the input
  std::span<const std::uint8_t> text;
  std::uint64_t detail_bytes = 0;  // tokens that begin before this byte are shown
  std::vector<ScoredText> models;  // at least one

  [[nodiscard]] std::string_view bytes(std::uint64_t at, std::size_t count) const {
    return {reinterpret_cast<const char*>(text.data()) + at, count};
  }
};

}  // namespace czip::tool
