// Unpacks a tar stream into an empty folder that nobody else writes to, whatever the stream holds.
#pragma once

#include <sys/stat.h>

#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

// A folder whose permissions and time are to be set once everything is in its place.
struct UnpackedFolder {
  std::string path;  // inside the archive
  mode_t mode = 0;
  std::timespec modified{};
};

struct Unpacked {
  std::vector<std::string> names;  // at the top of the folder
  std::vector<UnpackedFolder> folders;
};

struct UnpackRequest {
  int folder = -1;  // descriptor; empty, and its content not to be reached by others
  // Asked for each name at the top before anything is written under it.
  std::function<Status(const std::string& name)> may_create;
  // Asked again and again; an error ends the unpacking.
  std::function<Status()> may_go_on;
};

// Files, folders and symbolic links, the links last: nothing is written through them. Permissions
// without special bits, times, no owners. Refused, as corrupt: absolute paths, "..", two entries of
// one name, and every other kind of entry. Reads `in` to its end.
Result<Unpacked> unpack_tar(const UnpackRequest& request, ByteSource& in);

}  // namespace czip::tool
