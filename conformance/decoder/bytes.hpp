// Bytes, and the one way to refuse a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace reference {

using Bytes = std::vector<std::uint8_t>;
using Hash128 = std::string;  // 16 bytes, the most significant first

struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool condition, const std::string& otherwise) {
  if (!condition) throw Refused(otherwise);
}

// A little-endian integer of `size` bytes.
inline std::uint64_t integer_at(const std::uint8_t* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

// Two digits for each byte.
inline std::string hexadecimal(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += "0123456789abcdef"[value / 16];
    text += "0123456789abcdef"[value % 16];
  }
  return text;
}

}  // namespace reference
