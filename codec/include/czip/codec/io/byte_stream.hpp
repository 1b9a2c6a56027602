// Where coded bytes come from and go to. Tools implement these for files, pipes and terminals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"

namespace czip {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills up to buffer.size() bytes; 0 means the end.
  virtual Result<std::size_t> read(std::span<std::uint8_t> buffer) = 0;
};

// A source that can be read again. Only CZIPv1 needs that: its decoder may have to try several
// dialects.
class RewindableSource : public ByteSource {
 public:
  // Back to the first byte; an error where that cannot be done after all.
  virtual Status rewind() = 0;
};

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Status write(std::span<const std::uint8_t> bytes) = 0;
  // Writes that many zeros; a file may leave a hole.
  virtual Status write_zeros(std::uint64_t count);
};

// A sink that can take back what it was given.
class RewindableSink : public ByteSink {
 public:
  // Discards everything written so far; an error where that cannot be done after all.
  virtual Status rewind() = 0;
};

// Bytes that can be read anywhere, such as a regular file's.
class RandomAccessSource {
 public:
  virtual ~RandomAccessSource() = default;
  // Fills up to buffer.size() bytes from `offset` on; 0 means that it lies at or behind the end.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) = 0;
  virtual Result<std::uint64_t> size() = 0;
};

// A file that can be read and written anywhere.
class RandomAccessFile : public RandomAccessSource {
 public:
  // Writing behind the end makes the file longer.
  virtual Status write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) = 0;
};

// A source over bytes that stay with the caller.
class MemorySource final : public RewindableSource, public RandomAccessSource {
 public:
  explicit MemorySource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  Status rewind() override;
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override;
  Result<std::uint64_t> size() override;

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t position_ = 0;
};

// A sink that collects what is written.
class MemorySink final : public RewindableSink {
 public:
  Status write(std::span<const std::uint8_t> bytes) override;
  Status rewind() override;
  [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  [[nodiscard]] std::vector<std::uint8_t> take() && { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

// A sink that only counts, for testing a file without writing its text.
class NullSink final : public RewindableSink {
 public:
  Status write(std::span<const std::uint8_t> bytes) override;
  Status write_zeros(std::uint64_t count) override;
  Status rewind() override;
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  std::uint64_t size_ = 0;
};

}  // namespace czip
