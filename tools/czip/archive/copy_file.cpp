#include "archive/copy_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <vector>

#include "base/errors.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

// Copies the bytes from `begin` to before `end`.
Status copy_part(int from, int to, off_t begin, off_t end, const MayWrite& may_write) {
  std::vector<std::uint8_t> buffer(std::size_t{1} << 18);
  if (lseek(to, begin, SEEK_SET) < 0) return system_failure("cannot write", errno);
  while (begin < end) {
    const auto most =
        static_cast<std::size_t>(std::min<off_t>(end - begin, static_cast<off_t>(buffer.size())));
    const ssize_t count = pread(from, buffer.data(), most, begin);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return system_failure("cannot read", count < 0 ? errno : EIO);
    CZIP_TRY(may_write(static_cast<std::uint64_t>(count)));
    CZIP_TRY(write_all(to, std::span(buffer).first(static_cast<std::size_t>(count))));
    begin += count;
  }
  return {};
}

}  // namespace

Status copy_file(int from, int to, const MayWrite& may_write) {
  struct stat status {};
  if (fstat(from, &status) != 0) return system_failure("cannot read", errno);
  for (off_t position = 0; position < status.st_size;) {
    off_t data = lseek(from, position, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // the rest is a hole
    off_t hole = data < 0 ? -1 : lseek(from, data, SEEK_HOLE);
    if (hole < 0) {  // the file system does not tell
      data = position;
      hole = status.st_size;
    }
    CZIP_TRY(copy_part(from, to, data, hole, may_write));
    position = hole;
  }
  if (ftruncate(to, status.st_size) == 0) return {};
  return system_failure("cannot write", errno);
}

}  // namespace czip::tool
