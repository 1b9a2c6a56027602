// A large array that begins as zeros, for tables with random access (czip/base/zeroed_memory.hpp).
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>

#include "czip/base/zeroed_memory.hpp"

namespace czip::v2 {

// Throws std::bad_alloc, as a standard container does. T's initial value must be all zero bytes.
template <class T>
class ZeroedArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  ZeroedArray() = default;
  explicit ZeroedArray(std::size_t size) { reset(size); }

  // Makes it `size` zeros. Keeps its memory if that is large enough: to clear it costs no more than
  // it costs the system to clear new pages.
  void reset(std::size_t size) {
    if (size <= capacity_) {
      if (size > 0) std::memset(memory_.get(), 0, size * sizeof(T));
    } else {
      memory_ = {};
      size_ = capacity_ = 0;
      memory_ = allocate_zeroed(size * sizeof(T));
      if (memory_ == nullptr) throw std::bad_alloc();
      capacity_ = size;
    }
    size_ = size;
  }

  [[nodiscard]] T* data() { return static_cast<T*>(memory_.get()); }
  [[nodiscard]] const T* data() const { return static_cast<const T*>(memory_.get()); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) { return data()[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return data()[i]; }

 private:
  ZeroedMemory memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace czip::v2
