// A 128-bit content hash (XXH3-128), the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace czip {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const Hash128&, const Hash128&) = default;
};

// 32 lower-case hexadecimal digits, the most significant first.
[[nodiscard]] inline std::string to_hex(const Hash128& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint64_t half : {hash.high, hash.low})
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(half >> shift) & 15];
  return text;
}

// The inverse, which also takes upper-case digits; nothing for any other text.
[[nodiscard]] inline std::optional<Hash128> parse_hash(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  if (text.size() != kDigits) return std::nullopt;
  Hash128 hash;
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!is_letter && (c < '0' || c > '9')) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(is_letter ? (c | 0x20) - 'a' + 10 : c - '0');
    hash.high = hash.high << 4 | hash.low >> 60;
    hash.low = hash.low << 4 | digit;
  }
  return hash;
}

}  // namespace czip
