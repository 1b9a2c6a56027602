// Packs files and folders into a tar stream, sorted by name, without owners. The same tree gives
// the same bytes, whoever packs it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/file_identity.hpp"

namespace czip::tool {

struct PackRequest {
  std::vector<std::string> roots;     // each appears under the last part of its path
  std::vector<FileIdentity> skipped;  // files to leave out: the output, old and new
  bool extended_attributes = false;   // packs them
  // Called for each path that is left out, or not packed as it is.
  std::function<void(const std::string& path, const Error& error)> report;
};

// Leaves out what cannot be read, and what is neither file, folder nor symbolic link. A file that
// changes its length meanwhile is cut or filled up with zeros. Files that are one become hard
// links, and holes stay holes. Errors: invalid_argument (two roots of one name), io (nothing can be
// read), and those of the sink.
Status pack(const PackRequest& request, ByteSink& out);

}  // namespace czip::tool
