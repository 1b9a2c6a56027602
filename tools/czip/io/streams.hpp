// Files as the codec's sources and sinks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {

// A seekable file as the coder's input.
class FileSource final : public RewindableSource {
 public:
  explicit FileSource(int fd) : fd_(fd) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  Status rewind() override;

 private:
  int fd_;
};

// A regular file that is read at any offset.
class FileRandomAccess final : public RandomAccessSource {
 public:
  explicit FileRandomAccess(int fd) : fd_(fd) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override;
  Result<std::uint64_t> size() override;

 private:
  int fd_;
};

// A seekable file that is read and written at any offset.
class FileStore final : public RandomAccessFile {
 public:
  FileStore(int fd, OutputLabel label) : fd_(fd), label_(std::move(label)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override;
  Result<std::uint64_t> size() override;
  Status write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) override;

 private:
  int fd_;
  OutputLabel label_;
};

// Drops the first bytes: those that were already given to the output.
class ResumedSink final : public ByteSink {
 public:
  // `given` counts what has reached `out`, in this call and before.
  ResumedSink(ByteSink& out, std::uint64_t& given) : out_(&out), given_(&given), drop_(given) {}
  Status write(std::span<const std::uint8_t> bytes) override;

 private:
  ByteSink* out_;
  std::uint64_t* given_;
  std::uint64_t drop_;
};

// A pipe or device as the coder's output.
class StreamSink final : public ByteSink {
 public:
  StreamSink(int fd, OutputLabel label) : fd_(fd), label_(std::move(label)) {}
  Status write(std::span<const std::uint8_t> bytes) override;

 private:
  int fd_;
  OutputLabel label_;
};

// A regular file as the coder's output. Call `flush` before the file is used.
class FileSink final : public RewindableSink {
 public:
  FileSink(int fd, OutputLabel label) : fd_(fd), label_(std::move(label)) {}
  Status write(std::span<const std::uint8_t> bytes) override;
  // Leaves a hole.
  Status write_zeros(std::uint64_t count) override;
  Status rewind() override;
  Status flush();

 private:
  Status write_buffer();

  int fd_;
  OutputLabel label_;
  std::vector<std::uint8_t> buffer_;
  bool ends_in_hole_ = false;
};

// A sink whose input must equal `expected`: checks a decoded text without writing it.
class CompareSink final : public RewindableSink {
 public:
  explicit CompareSink(std::span<const std::uint8_t> expected) : expected_(expected) {}
  Status write(std::span<const std::uint8_t> bytes) override;
  Status rewind() override;
  // Whether everything came and was equal. Call it after the last write.
  [[nodiscard]] bool equal() const { return !differs_ && position_ == expected_.size(); }
  // The offset of the first byte that is wrong, missing or beyond the end.
  [[nodiscard]] std::uint64_t first_difference() const { return position_; }

 private:
  std::span<const std::uint8_t> expected_;
  std::size_t position_ = 0;
  bool differs_ = false;
};

}  // namespace czip::tool
