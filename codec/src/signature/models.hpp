// Models and texts of the signature, made of a seeded generator's integers; no float takes part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/engine/v2/network.hpp"
#include "czip/engine/v2/recurrent_network.hpp"
#include "czip/tokenizer/llm/description.hpp"
#include "signature/random.hpp"

namespace czip::signature {

using Tensors = std::vector<safetensors::TensorContent>;

// The tensors "network.*" of random weights, for `groups` groups of tokens.
void add_network_tensors(const v2::NetworkConfig& config, std::size_t groups, Random& random,
                         Tensors& tensors);

// The tensors "recurrent.*" of random weights.
void add_recurrent_tensors(const v2::RecurrentConfig& config, Random& random, Tensors& tensors);

struct LlmOptions {
  llm::Config config;
  // Puts every weight, scale and bias at an end of its range, and every shift at its least.
  bool extreme = false;
  std::uint64_t seed = 1;
};
struct LlmTables {
  std::vector<std::uint16_t> exp2;
  std::vector<std::uint32_t> gate;
  std::vector<std::int16_t> rotary;  // [context, rotary]
};

// Straight lines, and any rotations: they test the arithmetic as well as true ones.
[[nodiscard]] LlmTables make_llm_tables(const llm::Config& config, Random& random);

// The tensors "llm.*" of random weights.
void add_llm_tensors(const LlmOptions& options, const LlmTables& tables, Tensors& tensors);

// The tensors "llm.*" and "llm_tokenizer.*" of a small language model.
void add_language_model(Tensors& tensors);

// A complete czip-model-v2 file, with both networks, and with the language model or without.
Result<std::vector<std::uint8_t>> make_model_v2(bool language_model = false);

// Words, and letters, numbers, white space and punctuation of several scripts.
[[nodiscard]] std::string make_sample();
// A tokenizer of what the text has, with ids without bytes, with merges and an order: all kinds.
[[nodiscard]] llm::Description make_llm_tokenizer(std::string_view text);

// A text of the words that the model's tokens are made for, and of other bytes.
std::vector<std::uint8_t> make_text(std::size_t bytes);

}  // namespace czip::signature
