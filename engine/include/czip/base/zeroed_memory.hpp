// Zeroed memory for large tables. The system provides its pages as they are touched, and huge pages
// where it has them: with small pages, random reads of a large table spend most of their time on
// the translation of addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#if defined(__linux__)
#include <sys/mman.h>
#elif defined(_WIN32)
#include <malloc.h>
#endif

namespace czip {

struct ZeroedMemoryFree {
  std::size_t mapped = 0;  // bytes from mmap; 0: the memory is the allocator's

  void operator()(void* memory) const {
#if defined(__linux__)
    if (mapped != 0) {
      munmap(memory, mapped);
      return;
    }
#endif
#if defined(_WIN32)
    _aligned_free(memory);
#else
    std::free(memory);
#endif
  }
};

// Starts on a boundary of 64 bytes; null when memory runs out.
using ZeroedMemory = std::unique_ptr<void, ZeroedMemoryFree>;

#if defined(__linux__)
// Starts on a boundary of huge pages, so that all but its end can lie in them. Null when memory
// runs out.
[[nodiscard]] inline ZeroedMemory map_zeroed(std::size_t bytes) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  constexpr std::size_t kSmallPage = std::size_t{64} << 10;  // the largest of any processor
  if (bytes > SIZE_MAX - 2 * kHugePage) return {};
  bytes = (bytes + kSmallPage - 1) / kSmallPage * kSmallPage;
  void* memory =
      mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return {};
  auto* begin = static_cast<std::uint8_t*>(memory);
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(begin) % kHugePage;
  if (before != 0) munmap(begin, before);
  begin += before;
  if (before != kHugePage) munmap(begin + bytes, kHugePage - before);
  // A refusal costs speed only.
  (void)madvise(begin, bytes, MADV_HUGEPAGE);
  return {begin, {.mapped = bytes}};
}
#endif

// `bytes` zeros, any number; null when memory runs out.
[[nodiscard]] inline ZeroedMemory allocate_zeroed(std::size_t bytes) {
#if defined(__linux__)
  // A smaller table would waste most of a huge page.
  constexpr std::size_t kLarge = std::size_t{1} << 20;
  if (bytes >= kLarge) return map_zeroed(bytes);
#endif
  constexpr std::size_t kAlignment = 64;
  if (bytes > SIZE_MAX - kAlignment) return {};
  bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (bytes == 0) bytes = kAlignment;
#if defined(_WIN32)
  void* memory = _aligned_malloc(bytes, kAlignment);  // Windows has no aligned_alloc
#else
  void* memory = std::aligned_alloc(kAlignment, bytes);
#endif
  if (memory != nullptr) std::memset(memory, 0, bytes);
  return {memory, {}};
}

}  // namespace czip
