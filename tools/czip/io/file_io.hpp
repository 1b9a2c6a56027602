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
#include "czip/codec/io/byte_stream.hpp"

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
class FileSource final : public RewindableSource {
 public:
  explicit FileSource(int fd) : fd_(fd) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  Status rewind() override;

 private:
  int fd_;
};

// A regular file that is read here and there.
class FileRandomAccess final : public RandomAccessSource {
 public:
  explicit FileRandomAccess(int fd) : fd_(fd) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override;
  Result<std::uint64_t> size() override;

 private:
  int fd_;
};

// A pipe or device as the coder's output: what is written cannot be taken back.
class StreamSink final : public ByteSink {
 public:
  StreamSink(int fd, std::string label) : fd_(fd), label_(std::move(label)) {}
  Status write(std::span<const std::uint8_t> bytes) override;

 private:
  int fd_;
  std::string label_;
};

// A regular file as the coder's output. `flush` before using what was written.
class FileSink final : public RewindableSink {
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
class CompareSink final : public RewindableSink {
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
  struct stat status {};            // when it was opened
  std::vector<std::uint8_t> begun;  // read already from a pipe, and still to be used
  [[nodiscard]] bool is_stdin() const { return name == "-"; }
  [[nodiscard]] bool is_regular() const { return S_ISREG(status.st_mode); }
  // It can be read again, and nothing of it was read yet.
  [[nodiscard]] bool at_start() const;
  [[nodiscard]] std::string_view label() const {
    return is_stdin() ? std::string_view("standard input") : std::string_view(name);
  }
};

struct InputRules {
  bool follow_links = false;
  bool allow_special = false;  // pipes and devices
};
Result<Input> open_input(const std::string& name, InputRules rules);

// An input from its first byte on, as a stream.
class InputSource final : public ByteSource {
 public:
  explicit InputSource(const Input& input) : input_(&input) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;

 private:
  const Input* input_;
  std::size_t used_ = 0;  // of input.begun
};

// The first bytes of an input, `count` or all that it has; reading goes on from the first.
Result<std::vector<std::uint8_t>> peek(Input& input, std::size_t count);

// Everything from the current position on; an error that names `limit_reason` beyond `limit` bytes.
Result<std::vector<std::uint8_t>> read_whole(const Input& input, std::uint64_t limit,
                                             const std::string& limit_reason);

// Opens and reads a file that a command needs besides its inputs, such as a model.
Result<std::vector<std::uint8_t>> read_file(const std::string& name);

// Makes an input seekable: pipes are copied into an anonymous file.
Status make_seekable(Input& input);

}  // namespace czip::tool
