// Remembers what memory held before it was changed, so that a predictor can go back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace czip::v2 {

class UndoLog {
 public:
  // Remembers `count` values. The memory must stay where it is until roll_back() or clear(). May
  // throw std::bad_alloc; what was remembered before can still be put back.
  template <class T>
  void save(T* values, std::size_t count = 1) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::size_t bytes = count * sizeof(T);
    if (bytes == 0) return;
    const std::size_t at = kept_.size();
    kept_.resize(at + bytes);
    std::memcpy(&kept_[at], values, bytes);
    entries_.push_back({values, at, bytes});
  }

  // Puts back everything that was remembered, the latest first, and forgets it.
  void roll_back() {
    for (std::size_t i = entries_.size(); i-- > 0;)
      std::memcpy(entries_[i].place, &kept_[entries_[i].at], entries_[i].bytes);
    clear();
  }
  void clear() {
    entries_.clear();
    kept_.clear();
  }

 private:
  struct Entry {
    void* place;
    std::size_t at;  // in kept_
    std::size_t bytes;
  };

  std::vector<Entry> entries_;
  std::vector<std::uint8_t> kept_;  // what the entries' places held
};

}  // namespace czip::v2
