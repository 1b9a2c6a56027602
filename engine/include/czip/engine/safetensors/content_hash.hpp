// Names a model by its content. A compressed file stores this hash to find its model, and to refuse
// any other.
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

#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/reader.hpp"

namespace czip::safetensors {

[[nodiscard]] Hash128 content_hash(const File& file);

}  // namespace czip::safetensors
