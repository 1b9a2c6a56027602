// A file, whatever its names are.
#pragma once

#include <sys/stat.h>

#include <utility>

namespace czip::tool {

struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
  friend bool operator<(const FileIdentity& a, const FileIdentity& b) {
    return std::pair(a.device, a.inode) < std::pair(b.device, b.inode);
  }
};

[[nodiscard]] inline FileIdentity identity_of(const struct stat& status) {
  return {status.st_dev, status.st_ino};
}

}  // namespace czip::tool
