// XXH3 from the xxHash library.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "bytes.hpp"

namespace reference {

inline std::uint64_t xxh3_64(const void* data, std::size_t size, std::uint64_t seed = 0) {
  return XXH3_64bits_withSeed(data, size, seed);
}

inline std::uint32_t check32(const void* data, std::size_t size, std::uint64_t seed = 0) {
  return static_cast<std::uint32_t>(xxh3_64(data, size, seed));
}

inline Hash128 xxh3_128(const void* data, std::size_t size) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, size));
  return Hash128(reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest);
}

}  // namespace reference
