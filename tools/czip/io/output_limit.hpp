// How many bytes an output may have.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "czip/base/error.hpp"

namespace czip::tool {

class OutputLimit {
 public:
  // nullopt: none. `option` is named where the limit is reached: "--max-output".
  OutputLimit(std::optional<std::uint64_t> limit, const char* option)
      : limit_(limit.value_or(std::numeric_limits<std::uint64_t>::max())), option_(option) {}

  // Error: over_limit, if `bytes` more do not fit behind the first `size`.
  [[nodiscard]] Status check(std::uint64_t size, std::uint64_t bytes) const {
    if (size <= limit_ && bytes <= limit_ - size) return {};
    return fail(ErrorCode::over_limit, "would give more than the " + std::to_string(limit_) +
                                           " bytes that " + option_ + " allows");
  }

 private:
  std::uint64_t limit_;
  const char* option_;
};

}  // namespace czip::tool
