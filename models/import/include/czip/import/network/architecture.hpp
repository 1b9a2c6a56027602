// What a public model's metadata say of its shape and functions, for models of the Llama and
// GPT-2 kinds.
// Sources: ggml's docs/gguf.md; llama.cpp's src/llama-model.cpp, for what its keys mean.
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "czip/import/network/tables.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

// What the layers of a model consist of.
enum class Family : std::uint8_t {
  llama,  // RMSNorm, rotary positions, gates; perhaps biases of queries, keys and values
  gpt2,   // LayerNorm with a bias, learned positions, no gates, biases everywhere
};

struct Architecture {
  Family family = Family::llama;
  // With the feed-forward padded to a multiple of 32. Biases are those of the format's matrices:
  // what a norm's bias adds to a matrix is one, too.
  llm::Config config;
  std::uint32_t feed_forward = 0;  // without padding
  // The rotated pairs of a head are rows 2 i and 2 i + 1, not i and i + R / 2.
  bool interleaved_pairs = false;
  bool tied = false;  // the embeddings are the head
  Activation activation = Activation::silu;
  RotaryFrequencies rotary;
};

// Reads the architectures "llama" (Llama, TinyLlama, SmolLM2, Mistral), "qwen2" and "gpt2". Errors:
// corrupt for what is missing or contradicts itself, unsupported for other architectures, mixtures
// of experts, other scalings of rotary positions than linear and those of a tensor, and shapes
// beyond the format's limits; what is wrong is named.
Result<Architecture> read_architecture(const gguf::Metadata& metadata, const TensorSet& tensors);

// Makes it one of GPT-2's family: biases, learned positions, the activation.
void set_gpt2(Architecture& architecture);

// Sets what follows from family, feed-forward and context: gates, the padding, the transform's
// block, and how many first tokens are kept.
void derive_sizes(Architecture& architecture);

// epsilon of the norms as the configuration has it: times D, by the square of the residual's unit,
// ties to even. Error unsupported: it is negative or large.
Result<std::uint64_t> fixed_epsilon(const Dyadic& real, std::uint32_t width);

// Error unsupported: a shape beyond the format's limits, which is named.
Status check_shape(const llm::Config& config);
// The same for rotary positions, which the model has.
Status check_rotary(const llm::Config& config);

}  // namespace czip::importer
