// Finds the files and folders that are packed into an archive.
#pragma once

#include <sys/stat.h>

#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/name_filter.hpp"
#include "czip/base/error.hpp"
#include "io/file_identity.hpp"

namespace czip::tool {

struct WalkRequest {
  // Each appears under the last part of its path.
  std::vector<std::string> roots{};
  // Each appears under its path, without slashes and "./" at its beginning. Folders are not entered.
  std::vector<std::string> listed{};
  NameFilter filter{};
  std::optional<std::timespec> newer_than{};  // leaves out files that were changed earlier
  bool one_file_system = false;               // enters no folder of another than its root's
  std::vector<FileIdentity> skipped{};        // files to leave out: the output, old and new
  // Called for each path that is left out though it is wanted.
  std::function<void(const std::string& path, const Error& error)> report{};
};

struct FoundFile {
  std::string path;
  std::string name;  // inside the archive
  struct stat status {};
};

struct FoundTree {
  // Folders come first, each before what is in it. Then files, similar ones together: by the
  // endings of their names, then by their names. Symbolic links come last.
  std::vector<FoundFile> files;
  // Names that were left out. What is below them is unknown.
  std::vector<std::string> unknown;
  // The names of the roots, and of what was listed.
  std::vector<std::string> roots;
};

// Does not follow symbolic links below the roots' own names. Error: invalid_argument (two roots of
// one name; a root without a name).
Result<FoundTree> find_files(const WalkRequest& request);

}  // namespace czip::tool
