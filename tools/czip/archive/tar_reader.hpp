// Unpacks a tar stream, which may be hostile, into an empty folder that nobody else writes to.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <ctime>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/owner_mode.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

// What a folder gets after everything is in place.
struct FolderAttributes {
  mode_t mode = 0;
  std::timespec modified{};
};

struct Unpacked {
  std::vector<std::string> names;  // at the top of the folder
  // By their paths inside the archive. A folder comes before what is in it.
  std::map<std::string, FolderAttributes> folders;
};

struct UnpackRequest {
  int folder = -1;  // descriptor of an empty folder that others cannot enter
  // Called for each entry and each name at the top, before anything is written there. An error ends
  // the unpacking.
  std::function<Status(const std::string& path, bool is_folder)> may_create;
  // Called repeatedly. An error ends the unpacking.
  std::function<Status()> may_go_on;
  // Bytes that the tar may have, together with those that copies get of other files.
  std::optional<std::uint64_t> max_output{};
  mode_t withheld = 0;                 // permissions that nothing gets
  bool extended_attributes = false;    // restores them
  OwnerMode owners = OwnerMode::none;  // restores them
  // Called for what is unpacked without its owner or extended attributes.
  std::function<void(const std::string& path, const Error& error)> warn{};
  // If set, what is no damage of the stream but of one entry does not end the unpacking: called for
  // each entry that is refused, and left out. And a later entry replaces an earlier one of its
  // name, as those of a later version do.
  std::function<void(const std::string& path)> refused{};
};

// Unpacks files, folders, hard links and symbolic links. Restores permissions without special bits,
// and times. No path leads through a link: each folder of it is opened alone, from
// `request.folder` on, and links are not followed. So time grows with the length of all paths.
// Reads `in` to its end. Errors: corrupt (an absolute path, "..", two entries of one name, a hard
// link to what is no earlier file of the archive, and those of TarParser), over_limit and io.
Result<Unpacked> unpack_tar(const UnpackRequest& request, ByteSource& in);

}  // namespace czip::tool
