// A czip-model-v1 model with its tokenizer, ready to code: what the CZIPv1 reader and writer need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/v1/weights.hpp"
#include "czip/tokenizer/v1/tokenizer.hpp"

namespace czip::v1 {

struct Model {
  Weights network;
  Tokenizer tokenizer;
  Hash128 hash{};            // of the model file's canonical content
  bool states_hash = false;  // the file says so itself; compress.zip's models do not
  TokenId first_token = 0;   // the first input token of every chunk: <|bos|>
};

// The name of a tokenizer's first token, and the id that the reference hard-codes for it: what a
// tokenizer without a token of that name falls back to.
inline constexpr std::string_view kFirstTokenName = "<|bos|>";
inline constexpr TokenId kReferenceFirstToken = 1022;

// Loads a model file. `tokenizer_json` replaces the tokenizer inside the model; a model without one
// needs it. A model that states a hash must have it. Errors: corrupt, truncated, unsupported,
// model_mismatch (a tokenizer that does not fit the network's vocabulary), invalid_argument (no
// tokenizer), out_of_memory.
Result<Model> load_model(std::span<const std::uint8_t> model_file,
                         std::optional<std::string_view> tokenizer_json = {});

// The tokenizer JSON inside a model, decompressed to at most Tokenizer::kMaxJsonBytes;
// `network.tokenizer_data` must not be empty.
Result<std::string> embedded_tokenizer_json(const Weights& network);

}  // namespace czip::v1
