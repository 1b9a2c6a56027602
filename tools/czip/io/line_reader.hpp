// Lines of a terminal or pipe, as they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "czip/base/error.hpp"

namespace czip::tool {

class LineReader {
 public:
  // Reads from a descriptor that stays open. Holds one line of at most `longest` bytes in memory.
  LineReader(int fd, std::size_t longest) : fd_(fd), longest_(longest) {}

  // The next line without its newline; nullopt: there is none. Errors: over_limit, for a longer
  // line, which is skipped; those of reading.
  Result<std::optional<std::string>> next();

 private:
  int fd_;
  std::size_t longest_;
  std::vector<std::uint8_t> piece_;
  std::size_t used_ = 0;  // of piece_
};

}  // namespace czip::tool
