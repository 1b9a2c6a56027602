// How much memory may still be taken for what a file describes.
#pragma once

#include <cstdint>
#include <limits>

#include "czip/base/error.hpp"

namespace czip::tool {

class MemoryBudget {
 public:
  // 0: no limit.
  explicit MemoryBudget(std::uint64_t limit)
      : left_(limit == 0 ? std::numeric_limits<std::uint64_t>::max() : limit) {}

  // Error: over_limit, if less is left.
  Status take(std::uint64_t bytes) {
    if (bytes > left_)
      return fail(
          ErrorCode::over_limit,
          "has more versions, members and attributes than the limit on memory has room for");
    left_ -= bytes;
    return {};
  }
  // What was taken before.
  void give_back(std::uint64_t bytes) { left_ += bytes; }

 private:
  std::uint64_t left_;
};

}  // namespace czip::tool
