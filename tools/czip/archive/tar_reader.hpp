// Unpacks a tar stream, which may be hostile, into an empty folder that nobody else writes to.
#pragma once

#include <sys/stat.h>

#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

// A folder whose permissions and time are set after everything is in place.
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
  int folder = -1;  // descriptor of an empty folder that others cannot enter
  // Called for each name at the top, before anything is written there. An error ends the unpacking.
  std::function<Status(const std::string& name)> may_create;
  // Called repeatedly. An error ends the unpacking.
  std::function<Status()> may_go_on;
};

// Unpacks files and folders and then symbolic links, so that nothing is written through a link.
// Restores permissions without special bits, and times, but no owners. Reads `in` to its end.
// Error: corrupt (an absolute path, "..", two entries of one name, any other kind of entry).
Result<Unpacked> unpack_tar(const UnpackRequest& request, ByteSource& in);

}  // namespace czip::tool
