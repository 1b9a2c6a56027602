// The tokenizer.json of Hugging Face's library `tokenizers`: byte-pair merging, on bytes (GPT-2 and
// after) or on characters with bytes for those that have no token (SentencePiece's models).
// Source: the library's documentation; what it writes for the models that are named in
// llm::Splitting.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/tokenizer/llm/description.hpp"

namespace czip::importer {

// What config.json states.
struct TokenizerFacts {
  std::uint32_t vocabulary_size = 0;  // rows of the embedding; ids past the file's have no bytes
  std::optional<TokenId> first_token;
};

// No bytes have: added tokens that are special or only added; tokens that no merge gives, unless
// whole pieces are tokens. Bytes that have no token are given to such ids, if there are enough. The
// normalizer NFC is left out, because it would change texts. Errors: corrupt for what contradicts
// itself, unsupported for another model, normalizer, or way of splitting (it is named), or a file
// of more than 64 MiB; out_of_memory.
Result<llm::Description> parse_tokenizer_json(std::string_view json, const TokenizerFacts& facts);

}  // namespace czip::importer
