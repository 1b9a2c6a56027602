// A Hugging Face model's config.json, and its tensors by the names that czip's importer knows.
// Source: the library `transformers`, its models llama, mistral, qwen2 and gpt2.
#pragma once

#include "czip/base/error.hpp"
#include "czip/import/hugging_face/json_fields.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

// The same tensors by ggml's names and with its shapes: GPT-2's matrices, which the library has as
// [in, out], are transposed. Those that are not known keep theirs; frequencies that config.json
// states as well, and masks, are left out.
Result<TensorSet> with_ggml_names(const TensorSet& tensors);

// Whether the embeddings are the head.
Result<bool> is_tied(const JsonFields& config);

// Reads the model types "llama", "mistral", "qwen2" and "gpt2"; `tensors` have ggml's names. Where attention
// sees a window of tokens only, the context is no longer than that. Errors: as those of
// read_architecture.
Result<Architecture> read_config(const JsonFields& config, const TensorSet& tensors);

}  // namespace czip::importer
