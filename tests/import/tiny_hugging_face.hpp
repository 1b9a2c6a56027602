// The model of tiny_gguf.hpp as the files of a Hugging Face folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "czip/engine/safetensors/writer.hpp"
#include "support/bytes.hpp"

namespace czip::test {

struct TinyHuggingFace {
  std::string config;
  std::string tokenizer;  // <s> and the bytes
  std::vector<safetensors::TensorContent> tensors;
};

// `model_type` is "llama", "qwen2" or "gpt2". The rows of queries and keys are in the order of that
// library, and GPT-2's matrices transposed, as it has them.
[[nodiscard]] TinyHuggingFace tiny_hugging_face(std::string_view model_type);

// A weights file with these tensors.
[[nodiscard]] Bytes weights_file(const std::vector<safetensors::TensorContent>& tensors);

}  // namespace czip::test
