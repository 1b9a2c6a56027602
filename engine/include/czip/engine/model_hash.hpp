// Names a model by its content: what a compressed file stores to find, and insist on, its model.
//
// The hash is XXH3-128 (seed 0) of the following bytes, integers little-endian:
//   for each tensor, in ascending byte order of names:
//     u32 length of the name, the name,
//     u8 length of the dtype's name, that name ("I8", "BF16", ...),
//     u8 rank, u64 for each dimension,
//     u64 length of the data in bytes, the data;
//   then for each metadata pair, in ascending byte order of keys:
//     u32 length of the key, the key, u32 length of the value, the value (as in the file, with any
//     quotes).
// It does not depend on the order of keys or tensors in the file, nor on the header's white space.
#pragma once

#include <cstdint>
#include <string>

#include "czip/engine/safetensors.hpp"

namespace czip {

struct ModelHash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const ModelHash&, const ModelHash&) = default;
};

// 32 lower-case hexadecimal digits, the most significant first.
[[nodiscard]] std::string to_hex(const ModelHash& hash);

[[nodiscard]] ModelHash content_hash(const SafetensorsFile& file);

}  // namespace czip
