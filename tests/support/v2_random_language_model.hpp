// Language models of random shapes, weights and tokenizers, the same for a seed on every machine.
#pragma once

#include <cstdint>

#include "support/safetensors_writer.hpp"

namespace czip::test {

// The tensors "llm.*" and "llm_tokenizer.*" of a model file.
[[nodiscard]] SafetensorsContent make_random_language_model_v2(std::uint64_t seed);

}  // namespace czip::test
