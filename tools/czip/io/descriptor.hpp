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

 private:
  int fd_ = -1;
};

// Writes everything. `label` names the file in errors.
Status write_all(int fd, std::span<const std::uint8_t> bytes, const std::string& label = {});

// Reads once, at most the buffer's size. 0: the end.
Result<std::size_t> read_some(int fd, std::span<std::uint8_t> buffer);

// An empty file without a name, in $TMPDIR, else in /tmp, else in memory.
Result<Descriptor> anonymous_file();

}  // namespace czip::tool
