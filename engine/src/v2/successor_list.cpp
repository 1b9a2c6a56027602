#include <algorithm>

#include "czip/engine/v2/successor_kernels.hpp"

namespace czip::v2 {
namespace {

void increment(std::uint8_t& count) {
  if (count < kMaxSuccessorCount) ++count;
}

// The count of a token that did not come: it loses weight, so that the recent past counts more.
std::uint8_t decayed(std::uint8_t count) {
  return static_cast<std::uint8_t>(count > kMinDecayingCount ? (count * 3 + 1) / 4 : count);
}

}  // namespace

void SuccessorList::update(std::uint16_t coded) {
  increment(total);
  std::size_t at = 0;
  while (at < kSuccessorsPerList && count[at] != 0 && rank[at] != coded) ++at;
  std::uint8_t coded_count = 0;
  if (at < kSuccessorsPerList && count[at] != 0) {
    coded_count = count[at];
  } else {
    increment(escapes);
    at = std::min(at, kSuccessorsPerList - 1);
  }
  increment(coded_count);
  for (std::size_t i = at; i > 0; --i) {
    rank[i] = rank[i - 1];
    count[i] = decayed(count[i - 1]);
  }
  for (std::size_t i = at + 1; i < kSuccessorsPerList; ++i) count[i] = decayed(count[i]);
  rank[0] = coded;
  count[0] = coded_count;
}

}  // namespace czip::v2
