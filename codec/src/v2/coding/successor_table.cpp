#include "czip/codec/v2/coding/successor_table.hpp"

#include <algorithm>

namespace czip::v2 {

SuccessorList& SuccessorTable::find(std::uint64_t hash) {
  const auto check = static_cast<std::uint16_t>(hash);
  SuccessorList* line = &lists_[line_of(hash)];
  SuccessorList* least = line;
  for (SuccessorList* list = line; list != line + 4; ++list) {
    if (list->check == check && list->total != 0) return *list;
    if (list->total < least->total) least = list;
  }
  // Age the survivors, so that a line does not stay full of contexts that are long past.
  for (SuccessorList* list = line; list != line + 4; ++list) {
    if (list->total > 1) --list->total;
  }
  *least = {.check = check, .total = 0, .escapes = 0, .rank = {}, .count = {}};
  return *least;
}

void SuccessorList::update(std::uint16_t coded) {
  if (total < 255) ++total;
  std::size_t at = 0;
  while (at < kSuccessorsPerList && count[at] != 0 && rank[at] != coded) ++at;
  std::uint8_t new_count = 1;
  if (at < kSuccessorsPerList && count[at] != 0) {
    new_count = static_cast<std::uint8_t>(std::min<int>(count[at] + 1, 255));
  } else {
    if (escapes < 255) ++escapes;
    at = std::min(at, kSuccessorsPerList - 1);
  }
  for (std::size_t i = at; i > 0; --i) {
    rank[i] = rank[i - 1];
    // What did not come loses weight: the recent past counts more.
    count[i] =
        static_cast<std::uint8_t>(count[i - 1] > 2 ? (count[i - 1] * 3 + 1) / 4 : count[i - 1]);
  }
  for (std::size_t i = at + 1; i < kSuccessorsPerList; ++i) {
    if (count[i] > 2) count[i] = static_cast<std::uint8_t>((count[i] * 3 + 1) / 4);
  }
  rank[0] = coded;
  count[0] = new_count;
}

}  // namespace czip::v2
