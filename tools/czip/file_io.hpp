// Files as the coder sees them: descriptors, sources, sinks, and inputs read whole.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/byte_stream.hpp"

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

// Writes everything, or says why not. `label` names the file in errors.
Status write_all(int fd, std::span<const std::uint8_t> bytes, const std::string& label = {});

// Reads once, up to the buffer's size; 0 is the end.
Result<std::size_t> read_some(int fd, std::span<std::uint8_t> buffer);

// An empty file without a name, in $TMPDIR or /tmp; in memory where neither can be written.
Result<Descriptor> anonymous_file();

// A seekable file as the coder's input.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(int fd) : fd_(fd) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  Status rewind() override;

 private:
  int fd_;
};

// A regular file as the coder's output. `flush` before using what was written.
class FileSink final : public ByteSink {
 public:
  FileSink(int fd, std::string label) : fd_(fd), label_(std::move(label)) {}
  Status write(std::span<const std::uint8_t> bytes) override;
  Status rewind() override;
  Status flush();

 private:
  int fd_;
  std::string label_;
  std::vector<std::uint8_t> buffer_;
};

// Output that must equal `expected`, for proving a file without writing its text.
class CompareSink final : public ByteSink {
 public:
  explicit CompareSink(std::span<const std::uint8_t> expected) : expected_(expected) {}
  Status write(std::span<const std::uint8_t> bytes) override;
  Status rewind() override;
  // After the last write: everything came, and all of it was equal.
  [[nodiscard]] bool equal() const { return !differs_ && position_ == expected_.size(); }
  // The first byte that is wrong, missing or too much.
  [[nodiscard]] std::uint64_t first_difference() const { return position_; }

 private:
  std::span<const std::uint8_t> expected_;
  std::size_t position_ = 0;
  bool differs_ = false;
};

// An opened input.
struct Input {
  std::string name;  // as the user gave it; "-" is standard input
  Descriptor file;
  struct stat status {};  // when it was opened
  [[nodiscard]] bool is_stdin() const { return name == "-"; }
  [[nodiscard]] bool is_regular() const { return S_ISREG(status.st_mode); }
  [[nodiscard]] std::string_view label() const {
    return is_stdin() ? std::string_view("standard input") : std::string_view(name);
  }
};

struct InputRules {
  bool follow_links = false;
  bool allow_special = false;  // pipes and devices
};
Result<Input> open_input(const std::string& name, InputRules rules);

// Everything from the current position on; an error that names `limit_reason` beyond `limit` bytes.
Result<std::vector<std::uint8_t>> read_whole(const Input& input, std::uint64_t limit,
                                             const std::string& limit_reason);

// Opens and reads a file that a command needs besides its inputs, such as a model.
Result<std::vector<std::uint8_t>> read_file(const std::string& name);

// Makes an input seekable: pipes are copied into an anonymous file, once their first bytes are
// `magic`.
Status make_seekable(Input& input, std::string_view magic);

}  // namespace czip::tool
