// A public language model in whatever files it comes.
#pragma once

#include <string>

#include "czip/base/error.hpp"
#include "czip/import/model/public_model.hpp"
#include "importing/source_files.hpp"

namespace czip::tool {

struct PublicSource {
  SourceFiles files;            // whose bytes the model views
  importer::PublicModel model;  // it has a name, if only that of its file
};

// Opens a GGUF file with all its parts, a folder of Hugging Face's, or a file of llama2.c, whose
// tokenizer is another file. The content says which it is. Errors name the file.
Result<PublicSource> open_public_source(const std::string& path, const std::string& tokenizer);

// Where the model goes when nobody says: its name with .czm, beside it.
[[nodiscard]] std::string default_model_path(const std::string& source);

}  // namespace czip::tool
