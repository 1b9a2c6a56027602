// A public model in a GGUF file as a model file of czip.
#pragma once

#include <string>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/import/gguf/model.hpp"
#include "czip/import/network/model_sink.hpp"

namespace czip::importer {

// Where a model comes from, for the metadata of what is made of it. Empty texts are left out.
struct Source {
  std::string file;  // its name without folders
  std::string hash;  // of the file, with the kind of hash: "sha256:9ee1..."
};

// Writes network, tokenizer and metadata: name and license as the file has them, source_file,
// source_hash, and kind, "chat" where there is a template for chats and "base" where there is none.
// Returns the content hash. Errors: those of read_tokenizer, read_architecture and write_model.
Result<Hash128> import_gguf(const gguf::Model& model, const Source& source, ModelSink& sink);

}  // namespace czip::importer
