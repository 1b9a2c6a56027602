// The tokenizer in a GGUF file's metadata, `tokenizer.ggml.*`.
// Sources: ggml's docs/gguf.md; llama.cpp's src/llama-vocab.cpp, for what `model` and `pre` name.
#pragma once

#include "czip/base/error.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "czip/tokenizer/llm/description.hpp"

namespace czip::importer::gguf {

// Reads the kinds "llama" (SentencePiece, merging by scores), "gpt2" (bytes, listed merges) and
// "gemma4" (characters, listed merges). The first token is that of the beginning of a text or,
// where there is none, of its end. Whether a model wants it is the caller's to say: the file's
// add_bos_token and add_space_prefix are not looked at.
//
// No bytes have: tokens of the types unknown, control and unused; second tokens of the same bytes;
// and where merges are listed and whole pieces are not, tokens that no merge gives, such as those
// that users added. Bytes that have no token are given to such ids, if there are enough.
//
// Errors: corrupt for what contradicts itself (the key is named), unsupported for another kind or
// way of splitting (it is named), out_of_memory. Whether the tokens suffice for every text is for
// llm::Tokenizer::create to say.
Result<llm::Description> read_tokenizer(const Metadata& metadata);

}  // namespace czip::importer::gguf
