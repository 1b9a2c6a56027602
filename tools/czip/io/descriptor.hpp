// File descriptors and the operations on them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "czip/base/error.hpp"

namespace czip::tool {

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }
  // Error: data that was written got lost, as on a network's file system or over a quota.
  Status close();

 private:
  int fd_ = -1;
};

// What errors of writing say: which file, and what to do when its disk is full.
struct OutputLabel {
  // A name is enough. NOLINTNEXTLINE(google-explicit-constructor)
  OutputLabel(std::string name = {},
              std::string advice = "make room, or name another place with -o")
      : file(std::move(name)), no_room(std::move(advice)) {}
  std::string file;
  std::string no_room;
};

// Writes everything.
Status write_all(int fd, std::span<const std::uint8_t> bytes, const OutputLabel& label = {});

// Reads once, at most the buffer's size. 0: the end.
Result<std::size_t> read_some(int fd, std::span<std::uint8_t> buffer);

// An empty file without a name, in $TMPDIR, else in /tmp, else in memory.
struct AnonymousFile {
  Descriptor file;
  OutputLabel label;
};
Result<AnonymousFile> anonymous_file();

}  // namespace czip::tool
