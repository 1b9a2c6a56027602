// A large array that begins as zeros, for tables with random access (base/zeroed_memory.hpp).
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>

#include "czip/base/zeroed_memory.hpp"

namespace czip::v2 {

// Throws std::bad_alloc, as a standard container does. T's initial value must be all zero bytes.
template <class T>
class ZeroedArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  explicit ZeroedArray(std::size_t size) : memory_(allocate_zeroed(size * sizeof(T))), size_(size) {
    if (memory_ == nullptr) throw std::bad_alloc();
  }

  [[nodiscard]] T* data() { return static_cast<T*>(memory_.get()); }
  [[nodiscard]] const T* data() const { return static_cast<const T*>(memory_.get()); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) { return data()[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return data()[i]; }

 private:
  ZeroedMemory memory_;
  std::size_t size_;
};

}  // namespace czip::v2
