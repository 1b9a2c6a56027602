// A tokenizer as tensors of a model file: conformance/czip-tokenizer-llm.md, section 1.
#pragma once

#include <vector>

#include "czip/engine/safetensors/writer.hpp"
#include "czip/tokenizer/llm/description.hpp"

namespace czip::importer {

[[nodiscard]] std::vector<safetensors::TensorContent> tokenizer_tensors(
    const llm::Description& description);

}  // namespace czip::importer
