// A text that is compared with others or classified: a file, or all files of a folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "scoring/models.hpp"

namespace czip::tool {

struct Document {
  std::string name;
  std::vector<std::uint8_t> text;
};

// Reads the documents of a command, which are held in memory together.
class DocumentReader {
 public:
  // Both must outlive this object.
  DocumentReader(const Session& session, std::vector<ScoringModel>& models)
      : session_(&session), models_(&models) {}

  // Reads a file, which is decoded if it is compressed, or the files of a folder in the order of
  // their names, with a zero byte between them, as documents are separated in training. Errors:
  // those of read_subject, whose messages name the file, where it is in a folder; over_limit where
  // all documents together are longer than the memory limit.
  Result<Document> read(const std::string& name);
  // Those of the names that can be read; prints the errors of the others, and sets `status` for
  // them. Error: over_limit, for all together.
  Result<std::vector<Document>> read_all(const std::vector<std::string>& names, ExitStatus& status);

 private:
  Status count(const Document& document);

  const Session* session_;
  std::vector<ScoringModel>* models_;
  std::uint64_t bytes_ = 0;  // of all documents
};

}  // namespace czip::tool
