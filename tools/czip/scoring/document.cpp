#include "scoring/document.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/errors.hpp"
#include "cli/inputs.hpp"
#include "io/input.hpp"
#include "scoring/subject.hpp"

namespace czip::tool {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::uint8_t>> read_text(const Session& session,
                                            std::vector<ScoringModel>& models,
                                            const std::string& name) {
  CZIP_TRY_ASSIGN(auto input, open_input(name, input_rules(session.arguments)));
  CZIP_TRY_ASSIGN(auto subject, read_subject(session, models, input));
  return std::move(subject.text);
}

// The regular files in a folder and in those below it, sorted. Error: what cannot be read.
Result<std::vector<std::string>> files_below(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const bool regular = entry->symlink_status(error).type() == fs::file_type::regular;
    if (error) break;
    if (regular) names.push_back(entry->path());
  }
  if (error) return Failure(system_error("cannot read all of it", error.value()));
  std::sort(names.begin(), names.end());
  return names;
}

// Errors: those of read_subject, and over_limit.
Result<Document> read_document(const Session& session, std::vector<ScoringModel>& models,
                               const std::string& name) {
  Document document{.name = name, .text = {}};
  struct stat found {};
  if (name == "-" || stat(name.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    CZIP_TRY_ASSIGN(document.text, read_text(session, models, name));
    return document;
  }
  CZIP_TRY_ASSIGN(const auto files, files_below(name));
  for (const std::string& file : files) {
    const auto text = read_text(session, models, file);
    if (!text) return failure_in(file, text.error());
    if (!document.text.empty()) document.text.push_back(0);
    document.text.insert(document.text.end(), text->begin(), text->end());
    if (document.text.size() > session.memory_limit())
      return fail(ErrorCode::over_limit, "has more text than -M allows");
  }
  return document;
}

}  // namespace

Result<Document> DocumentReader::read(const std::string& name) {
  CZIP_TRY_ASSIGN(auto document, read_document(*session_, *models_, name));
  CZIP_TRY(count(document));
  return document;
}

Result<std::vector<Document>> DocumentReader::read_all(const std::vector<std::string>& names,
                                                       ExitStatus& status) {
  std::vector<Document> documents;
  for (const std::string& name : names) {
    auto document = read_document(*session_, *models_, name);
    if (!document) {
      status = more_severe(status, session_->console.error(name, document.error()));
      continue;
    }
    CZIP_TRY(count(*document));
    documents.push_back(std::move(*document));
  }
  return documents;
}

Status DocumentReader::count(const Document& document) {
  bytes_ += document.text.size();
  if (bytes_ <= session_->memory_limit()) return {};
  return fail(ErrorCode::over_limit, "the texts together are longer than -M allows");
}

}  // namespace czip::tool
