// A file, whatever its names are.
#pragma once

#include <sys/stat.h>

#include <compare>

namespace czip::tool {

struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

[[nodiscard]] inline FileIdentity identity_of(const struct stat& status) {
  return {status.st_dev, status.st_ino};
}

}  // namespace czip::tool
