#include "io/line_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 14;

}  // namespace

Result<std::optional<std::string>> LineReader::next() {
  std::string line;
  std::uint64_t length = 0;
  bool has_newline = false;
  while (!has_newline) {
    if (used_ == piece_.size()) {
      used_ = 0;
      piece_.resize(kPiece);
      const auto n = read_some(fd_, piece_);
      piece_.resize(n.value_or(0));
      CZIP_TRY(n);
      if (*n == 0) break;
    }
    const auto begin = piece_.begin() + static_cast<std::ptrdiff_t>(used_);
    const auto end = std::find(begin, piece_.end(), std::uint8_t{'\n'});
    has_newline = end != piece_.end();
    const auto count = static_cast<std::size_t>(end - begin);
    length += count;
    if (length <= longest_) line.append(begin, end);
    used_ += count + (has_newline ? 1 : 0);
  }
  if (length > longest_)
    return fail(ErrorCode::over_limit, "a line of " + grouped(length) + " bytes, more than the " +
                                           grouped(longest_) +
                                           " of a message; compress it as a file");
  if (!has_newline && length == 0) return std::nullopt;
  return line;
}

}  // namespace czip::tool
