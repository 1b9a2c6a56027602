// A large array of zeros for tables that are visited at random. Its memory comes from the system
// page by page as it is touched, in huge pages where the system has them: most of a table's cost is
// otherwise the translation of its addresses.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace czip::v2 {

// Throws std::bad_alloc as a standard container does. T's zero bytes are its initial value.
template <class T>
class ZeroedArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  explicit ZeroedArray(std::size_t size)
      : data_(allocate(size * sizeof(T)), Free{size * sizeof(T)}) {}

  [[nodiscard]] T& operator[](std::size_t i) { return data_.get()[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return data_.get()[i]; }

 private:
#if defined(__linux__)
  struct Free {
    std::size_t bytes;
    void operator()(T* memory) const { munmap(memory, bytes); }
  };
  static T* allocate(std::size_t bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    // A refusal costs speed only. Small tables would waste most of a huge page.
    if (bytes >= std::size_t{4} << 20) (void)madvise(memory, bytes, MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }
#else
  struct Free {
    std::size_t bytes;
    void operator()(T* memory) const { std::free(memory); }
  };
  static T* allocate(std::size_t bytes) {
    void* memory = std::calloc(bytes, 1);
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
#endif

  std::unique_ptr<T, Free> data_;
};

}  // namespace czip::v2
