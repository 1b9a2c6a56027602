// Packs files and folders into a tar stream: pax format, sorted by name, without owners. The same
// tree gives the same bytes, whoever packs it.
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
  std::vector<std::string> roots;      // each appears under the last part of its path
  std::vector<struct stat> skipped{};  // files to leave out: the output, and what it replaces
  // Called for each path that is left out, being neither file, folder nor symbolic link.
  std::function<void(const std::string& path, std::string_view reason)> warn;
};

// Error: io, with the path that cannot be read.
Status write_tar(const TarRequest& request, ByteSink& out);

}  // namespace czip::tool
