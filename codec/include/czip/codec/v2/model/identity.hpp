// What names a czip-model-v2: the hash of its tensors and its format. What people read in the
// metadata, such as name and description, may change without making it another model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"

namespace czip::v2 {

[[nodiscard]] Hash128 model_hash(const safetensors::File& file);

// `file` with these metadata (see safetensors::with_metadata), and with the hash that a reader
// wants in them. Errors: those of safetensors::with_metadata.
Result<std::vector<std::uint8_t>> with_model_hash(std::span<const std::uint8_t> file,
                                                  safetensors::Metadata metadata = {});

}  // namespace czip::v2
