// Hashes that name contexts. Part of the format: encoder, decoder and trainer must agree.
#pragma once

#include <cstdint>

namespace czip::v2 {

// Stands before the first token of a text.
inline constexpr std::uint32_t kNoToken = 0xffff;

inline constexpr std::uint64_t kHashMultiplier = 0x9e3779b97f4a7c15;

// One multiplication and a fold: every bit of `value` reaches the upper half.
[[nodiscard]] constexpr std::uint64_t hash_combine(std::uint64_t hash, std::uint64_t value) {
  const std::uint64_t product = (hash ^ value) * kHashMultiplier + 0x632be59bd9b4e019;
  return product ^ (product >> 29);
}

// The hash of the last `order` tokens, from that of the last `order - 1` and the token before them.
// An order-0 context hashes to 0.
[[nodiscard]] constexpr std::uint64_t extend_context(std::uint64_t hash, std::uint32_t token) {
  return hash_combine(hash, token + 1);
}

}  // namespace czip::v2
