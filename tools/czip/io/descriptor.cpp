#include "io/descriptor.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace czip::tool {

Descriptor::~Descriptor() {
  // What was written and matters has been closed by close().
  if (fd_ >= 0) ::close(fd_);
}

Status Descriptor::close() {
  const int fd = std::exchange(fd_, -1);
  // Linux closes it even when a signal interrupts that.
  if (fd < 0 || ::close(fd) == 0 || errno == EINTR) return {};
  return system_failure("cannot write", errno);
}

Status write_all(int fd, std::span<const std::uint8_t> bytes, const OutputLabel& label) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    } else if (errno == EPIPE) {
      return broken_pipe();
    } else if (errno != EINTR) {
      const int error = errno;
      const std::string what =
          label.file.empty() ? "cannot write" : "cannot write " + printable(label.file);
      return Failure(system_error(what, error, label.no_room));
    }
  }
  return {};
}

Result<std::size_t> read_some(int fd, std::span<std::uint8_t> buffer) {
  for (;;) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) return system_failure("cannot read", errno);
  }
}

Result<AnonymousFile> anonymous_file() {
  const char* const wanted = std::getenv("TMPDIR");
  for (const char* const folder : {wanted, "/tmp"}) {
    if (folder == nullptr || *folder == '\0') continue;
    const OutputLabel label("a temporary file in " + std::string(folder),
                            "make room, or set TMPDIR to another folder");
    const int unnamed = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed >= 0) return AnonymousFile{Descriptor(unnamed), label};
    // Not every file system has O_TMPFILE.
    std::string name = std::string(folder) + "/czip-XXXXXX";
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named < 0) continue;
    unlink(name.c_str());
    return AnonymousFile{Descriptor(named), label};
  }
  const int memory = memfd_create("czip", MFD_CLOEXEC);
  if (memory >= 0)
    return AnonymousFile{Descriptor(memory), OutputLabel("a temporary file in memory")};
  return system_failure("cannot create a temporary file", errno);
}

}  // namespace czip::tool
