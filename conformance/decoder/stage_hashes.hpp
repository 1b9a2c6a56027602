// How stages write numbers: in hexadecimal digits, and rows of numbers as hashes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "bytes.hpp"
#include "xxh3.hpp"

namespace reference {

inline std::string hex(std::uint64_t value, std::size_t digits) {
  std::string text;
  for (std::size_t i = digits; i > 0; --i) text += "0123456789abcdef"[value >> 4 * (i - 1) & 15];
  return text;
}

// XXH3-64 of numbers of `size` bytes, little-endian.
template <class Numbers>
std::string hash_of(const Numbers& numbers, int size = 4) {
  Bytes bytes;
  for (const auto number : numbers)
    for (int shift = 0; shift < 8 * size; shift += 8)
      bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> shift & 255));
  return hex(xxh3_64(bytes.data(), bytes.size()), 16);
}

// The hash of cumulative frequencies without the 0 at their beginning.
inline std::string hash_of_cumulative(std::span<const std::uint64_t> frequencies, int size = 4) {
  return hash_of(frequencies.subspan(1), size);
}

}  // namespace reference
