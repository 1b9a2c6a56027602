// A text that is compared with others or classified: a file, or all files of a folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "scoring/models.hpp"

namespace czip::tool {

struct Document {
  std::string name;
  std::vector<std::uint8_t> text;
};

// The regular files in a folder and in those below it, sorted. Error: what cannot be read.
Result<std::vector<std::string>> files_below(const std::string& folder);

// Reads a file, which is decoded if it is compressed, or the files of a folder in the order of
// their names, with a zero byte between them, as documents are separated in training. Errors: those
// of read_subject; their messages name the file, where it is in a folder.
Result<Document> read_document(const Session& session, std::vector<ScoringModel>& models,
                               const std::string& name);

}  // namespace czip::tool
