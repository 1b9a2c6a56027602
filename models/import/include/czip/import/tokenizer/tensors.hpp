// A tokenizer as tensors of a model file: conformance/czip-tokenizer-llm.md, section 1.
#pragma once

#include <string_view>
#include <vector>

#include "czip/engine/safetensors/writer.hpp"
#include "czip/tokenizer/llm/description.hpp"

namespace czip::importer {

// The names of all of them begin so.
inline constexpr std::string_view kTokenizerPrefix = "llm_tokenizer.";

[[nodiscard]] std::vector<safetensors::TensorContent> tokenizer_tensors(
    const llm::Description& description);

}  // namespace czip::importer
