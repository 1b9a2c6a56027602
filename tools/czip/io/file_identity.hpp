// A file, whatever its names are.
#pragma once

#include <sys/stat.h>

#include <tuple>

namespace czip::tool {

// Whether it is a block device; then the device that it stands for and 0, else device and inode.
using FileIdentity = std::tuple<bool, dev_t, ino_t>;

[[nodiscard]] inline FileIdentity identity_of(const struct stat& file) {
  return S_ISBLK(file.st_mode) ? FileIdentity(true, file.st_rdev, 0)
                               : FileIdentity(false, file.st_dev, file.st_ino);
}

}  // namespace czip::tool
