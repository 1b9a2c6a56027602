#include <atomic>
#include <cstdint>

#include "fuzz/fuzz.hpp"

// Only clang's packages have the header of the allocator's hooks; gcc's builds replay inputs
// without the bound.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CZIP_COUNTS_MEMORY
#include <sanitizer/allocator_interface.h>
#endif
#endif

namespace czip::test {
namespace {

std::atomic<std::int64_t> live = 0;
std::atomic<std::int64_t> peak = 0;

#ifdef CZIP_COUNTS_MEMORY
void allocated(const volatile void* /*memory*/, std::size_t size) {
  const std::int64_t now = live += static_cast<std::int64_t>(size);
  std::int64_t known = peak;
  while (known < now && !peak.compare_exchange_weak(known, now)) {
  }
}
void freed(const volatile void* memory) {
  if (memory == nullptr) return;
  live -=
      static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<const void*>(memory)));
}
[[maybe_unused]] const int installed = __sanitizer_install_malloc_and_free_hooks(allocated, freed);
#endif

}  // namespace

MemoryBound::MemoryBound(std::size_t limit) : limit_(limit) {
  live = 0;
  peak = 0;
}

MemoryBound::~MemoryBound() {
  if (peak.load() > static_cast<std::int64_t>(limit_))
    insist(false, "at most " + std::to_string(limit_) + " bytes of memory, not " +
                      std::to_string(peak.load()));
}

}  // namespace czip::test
