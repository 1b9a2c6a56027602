// Damage of any file, whatever its format.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "fuzz/fuzz.hpp"
#include "support/bytes.hpp"

namespace czip::test {

inline constexpr std::uint32_t kByteEdits = 4;

// `kind`, below kByteEdits: changes the `length` bytes from `begin` on, clears them, takes them
// out, or puts a copy of them elsewhere, as long as the file has no more than `max_file` bytes.
inline void edit_bytes(Bytes& file, std::uint32_t kind, std::size_t begin, std::size_t length,
                       std::size_t max_file, FuzzInput& input) {
  const auto from = file.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto to = from + static_cast<std::ptrdiff_t>(length);
  switch (kind) {
    case 0:
      for (auto at = from; at != to; ++at) *at ^= 0x55;
      break;
    case 1:
      std::fill(from, to, std::uint8_t{0});
      break;
    case 2:
      file.erase(from, to);
      break;
    default: {
      const Bytes copy(from, to);
      const std::size_t place = input.word() % (file.size() + 1);
      if (file.size() + copy.size() <= max_file)
        file.insert(file.begin() + static_cast<std::ptrdiff_t>(place), copy.begin(), copy.end());
    }
  }
}

}  // namespace czip::test
