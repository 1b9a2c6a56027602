// Fixed-size array on a 64-byte boundary, zeroed, whose allocation reports failure by value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "czip/base/error.hpp"
#include "czip/base/zeroed_memory.hpp"

namespace czip {

template <class T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  AlignedBuffer() = default;

  // `count` zeroed elements in place of what was there. Error: out_of_memory; then it is empty.
  Status allocate(std::size_t count) {
    data_ = nullptr;
    size_ = 0;
    memory_ = count > SIZE_MAX / sizeof(T) ? ZeroedMemory() : allocate_zeroed(count * sizeof(T));
    if (memory_ == nullptr) return fail(ErrorCode::out_of_memory, "out of memory");
    data_ = static_cast<T*>(memory_.get());
    size_ = count;
    return {};
  }
  // Moves the elements to `place`, which must be aligned, have room for them and outlive this
  // buffer.
  void move_to(T* place) {
    std::copy_n(data_, size_, place);
    memory_.reset();
    data_ = place;
  }

  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) { return data()[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return data()[i]; }

 private:
  ZeroedMemory memory_;  // null where moved
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace czip
