// What an imported model takes over of a model of czip's own, which then codes all that the
// language model does not help.
#pragma once

#include <vector>

#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"

namespace czip::tool {

// All tensors but those of a network, its states, and those that an import gives.
[[nodiscard]] std::vector<safetensors::TensorContent> companion_tensors(
    const safetensors::File& model);

}  // namespace czip::tool
