// How a caller follows a coding, and stops it.
#pragma once

#include <cstdint>
#include <functional>

#include "czip/base/error.hpp"

namespace czip {

// Called now and then, from any thread but never from two at once, with the bytes of text done so
// far, which never become fewer. Returns whether to go on: after false, coding ends with the error
// `cancelled` as soon as the threads are done with the blocks that they have begun.
using Progress = std::function<bool(std::uint64_t text_bytes)>;

// Calls `progress`, if there is one. Error: cancelled.
[[nodiscard]] inline Status report_progress(const Progress& progress, std::uint64_t text_bytes) {
  if (!progress || progress(text_bytes)) return {};
  return fail(ErrorCode::cancelled, "cancelled by the caller");
}

}  // namespace czip
