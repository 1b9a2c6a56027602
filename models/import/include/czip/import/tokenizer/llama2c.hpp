// The tokenizer.bin of llama2.c: an i32 that is not needed; then for each token its score (f32),
// its length (i32) and its bytes. Tokens 0 to 2 are special, the next 256 are single bytes.
// Source: A. Karpathy, llama2.c, tokenizer.py and run.c.
#pragma once

#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/tokenizer/llm/description.hpp"

namespace czip::importer {

// `vocabulary_size` is the model's. The first token is 1. Errors: truncated; corrupt for a length
// or score that is not possible, and for bytes behind the last token.
Result<llm::Description> parse_llama2c_tokenizer(std::span<const std::uint8_t> file,
                                                 std::uint32_t vocabulary_size);

}  // namespace czip::importer
