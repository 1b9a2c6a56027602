// How a caller follows a coding, and stops it.
#pragma once

#include <cstdint>
#include <functional>

#include "czip/base/error.hpp"

namespace czip {

// Called now and then, from any thread but never from two at once, with the bytes of text done so
// far, which never become fewer; a block that is not done counts in part. Returns whether to go on:
// after false, coding ends with the error `cancelled` as soon as the threads come to where they
// would report again, some hundred tokens further.
using Progress = std::function<bool(std::uint64_t text_bytes)>;

// The error after a Progress has returned false.
[[nodiscard]] inline Status report_cancelled() {
  return fail(ErrorCode::cancelled, "cancelled by the caller");
}

// Calls `progress`, if there is one. Error: cancelled.
[[nodiscard]] inline Status report_progress(const Progress& progress, std::uint64_t text_bytes) {
  if (!progress || progress(text_bytes)) return {};
  return report_cancelled();
}

}  // namespace czip
