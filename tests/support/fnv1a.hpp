// FNV-1a (Fowler, Noll and Vo), of the numbers that tests have stored.
#pragma once

#include <cstdint>

namespace czip::test {

// Of numbers as little-endian 32-bit integers.
template <class Numbers>
[[nodiscard]] std::uint64_t fnv1a(const Numbers& numbers) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto number : numbers)
    for (int shift = 0; shift < 32; shift += 8)
      hash = (hash ^ (static_cast<std::uint32_t>(number) >> shift & 255)) * 0x100000001b3;
  return hash;
}

}  // namespace czip::test
