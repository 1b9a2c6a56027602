// Changes to a right model file, as the bytes of an input say: random bytes alone would hardly ever
// become a model.
#pragma once

#include "fuzz/fuzz.hpp"
#include "support/safetensors_writer.hpp"

namespace czip::test {

// Removes, renames and reshapes tensors, changes their elements and the metadata, and at last bytes
// of the whole file, until the input is used up.
[[nodiscard]] Bytes edited_model(SafetensorsContent content, FuzzInput& input);

// The tensors and metadata of a file.
[[nodiscard]] SafetensorsContent content_of(const Bytes& file);

}  // namespace czip::test
