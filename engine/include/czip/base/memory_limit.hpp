// How many threads a limit on memory leaves room for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "czip/base/error.hpp"
#include "czip/base/parallel.hpp"

namespace czip {

// What coding takes at most, in bytes.
struct MemoryNeed {
  std::uint64_t shared = 0;  // by all threads
  std::uint64_t per_thread = 0;
};

// thread_count(requested, tasks), or as many as fit `limit` bytes (0: no limit). Error: over_limit,
// if not even one does.
[[nodiscard]] inline Result<unsigned> threads_within_limit(unsigned requested, std::uint64_t tasks,
                                                           std::uint64_t limit,
                                                           const MemoryNeed& need) {
  const unsigned threads = thread_count(requested, tasks);
  if (limit == 0) return threads;
  if (need.shared > limit || need.per_thread > limit - need.shared) {
    // What it takes is rounded up: as a limit, it suffices.
    const std::uint64_t kibibytes = (need.shared + need.per_thread + 1023) / 1024;
    return fail(ErrorCode::over_limit, "coding takes " + std::to_string(kibibytes) +
                                           " KiB of memory, but the limit is " +
                                           std::to_string(limit / 1024) + " KiB");
  }
  if (need.per_thread == 0) return threads;
  return static_cast<unsigned>(
      std::min<std::uint64_t>(threads, (limit - need.shared) / need.per_thread));
}

}  // namespace czip
