#include "czip/codec/v2/coding/successor_table.hpp"

#include <span>

namespace czip::v2 {

std::uint32_t SuccessorTable::find(std::uint64_t hash) {
  const auto check = static_cast<std::uint16_t>(hash);
  const std::size_t first = line_of(hash);
  const std::span<SuccessorList> line{&lists_[first], kListsPerLine};
  std::size_t least = 0;
  for (std::size_t i = 0; i < kListsPerLine; ++i) {
    if (line[i].check == check && line[i].total != 0) return static_cast<std::uint32_t>(first + i);
    if (line[i].total < line[least].total) least = i;
  }
  // Age the others, so that a line does not stay full of contexts of the distant past.
  for (SuccessorList& list : line) {
    if (list.total > 1) --list.total;
  }
  line[least] = {.check = check, .total = 0, .escapes = 0, .rank = {}, .count = {}};
  return static_cast<std::uint32_t>(first + least);
}

}  // namespace czip::v2
