// Streams that count the bytes going through them to another stream.
#pragma once

#include <cstdint>

#include "czip/codec/io/byte_stream.hpp"

namespace czip {

class CountingSource final : public ByteSource {
 public:
  explicit CountingSource(ByteSource& source) : source_(&source) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    Result<std::size_t> count = source_->read(buffer);
    if (count) size_ += *count;
    return count;
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  ByteSource* source_;
  std::uint64_t size_ = 0;
};

class CountingSink final : public ByteSink {
 public:
  explicit CountingSink(ByteSink& sink) : sink_(&sink) {}
  Status write(std::span<const std::uint8_t> bytes) override {
    size_ += bytes.size();
    return sink_->write(bytes);
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  ByteSink* sink_;
  std::uint64_t size_ = 0;
};

}  // namespace czip
