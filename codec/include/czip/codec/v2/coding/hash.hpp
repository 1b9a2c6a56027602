// Hashes that name contexts.
#pragma once

#include <cstdint>

#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2 {

// One multiplication and a fold: every bit of `value` reaches the upper half.
[[nodiscard]] constexpr std::uint64_t hash_combine(std::uint64_t hash, std::uint64_t value) {
  const std::uint64_t product = (hash ^ value) * kHashMultiplier + kHashIncrement;
  return product ^ (product >> kHashFold);
}

// The hash of the last `order` tokens, from that of the last `order - 1` and the token before them.
// An order-0 context hashes to 0.
[[nodiscard]] constexpr std::uint64_t extend_context(std::uint64_t hash, std::uint32_t token) {
  return hash_combine(hash, token + 1);
}

// The place of a hash in a table of 2^size_log2 places: its highest bits. 1 <= size_log2 <= 64.
[[nodiscard]] constexpr std::uint64_t place_of(std::uint64_t hash, std::uint32_t size_log2) {
  return hash >> (64 - size_log2);
}

}  // namespace czip::v2
