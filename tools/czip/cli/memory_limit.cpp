#include "cli/memory_limit.hpp"

#include <unistd.h>

#include <algorithm>

namespace czip::tool {

std::uint64_t default_memory_limit() {
  constexpr std::uint64_t kLeast = std::uint64_t{512} << 20;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return kLeast;
  const auto memory = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes);
  return std::clamp(memory / 2, kLeast, kMost);
}

}  // namespace czip::tool
