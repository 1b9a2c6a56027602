#include "io/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/errors.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

// `refused` is the access mode that is not enough.
Result<Descriptor> duplicate(int fd, int refused, const char* what) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return system_failure(what, errno);
  if ((flags & O_ACCMODE) == refused || (flags & O_PATH) != 0) return system_failure(what, EBADF);
  Descriptor copy(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (copy.get() < 0) return system_failure(what, errno);
  return copy;
}

}  // namespace

void fill_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number is this one. O_PATH allows neither reading nor writing.
    const int wrong_direction = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (open("/dev/null", wrong_direction) < 0) [[maybe_unused]]
      const int opened = open("/", O_PATH);
  }
}

Result<Descriptor> standard_input() { return duplicate(STDIN_FILENO, O_WRONLY, "cannot read"); }

Result<Descriptor> standard_output() { return duplicate(STDOUT_FILENO, O_RDONLY, "cannot write"); }

}  // namespace czip::tool
