// Files and folders as a tar stream: pax format, sorted by name, without owners, so that the same
// tree gives the same bytes whoever packs it.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

struct TarRequest {
  std::vector<std::string> roots;  // each appears under the last part of its path
  struct stat skipped {};          // a file to leave out: the output
  // Told what is left out for being neither file, folder nor symbolic link.
  std::function<void(const std::string& path, std::string_view reason)> warn;
};

// Errors: io, with the path; whatever cannot be read makes the whole stream fail.
Status write_tar(const TarRequest& request, ByteSink& out);

}  // namespace czip::tool
