// Names a model by its content. A compressed file stores this hash to find its model, and to refuse
// any other; a model states it itself, so that damage is found.
//
// The hash is XXH3-128 (seed 0) of the following bytes, integers little-endian:
//   for each tensor, in ascending byte order of names:
//     u32 length of the name, the name,
//     u8 length of the dtype's name, that name ("I8", "BF16", ...),
//     u8 rank, u64 for each dimension,
//     u64 length of the data in bytes, the data;
//   then for each metadata pair that counts, in ascending byte order of keys:
//     u32 length of the key, the key, u32 length of the value, the value (as in the file, with any
//     quotes).
// It does not depend on the order of keys or tensors in the file, nor on the header's white space.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/reader.hpp"

namespace czip::safetensors {

// The metadata key with which a file states its hash, in lower-case hexadecimal digits. It never
// counts itself.
inline constexpr std::string_view kContentHashKey = "content_hash";

// Every other metadata pair counts.
[[nodiscard]] Hash128 content_hash(const File& file);
// Only the pairs of these keys count.
[[nodiscard]] Hash128 content_hash(const File& file, std::span<const std::string_view> keys);

// The hash that the file states, whatever it is.
[[nodiscard]] std::optional<std::string_view> stated_hash(const File& file);
// Error corrupt: the file states another hash than `actual`, or none.
Status check_stated_hash(const File& file, const Hash128& actual);

}  // namespace czip::safetensors
