// Memory and callbacks of the caller as the streams that the codec reads and writes.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>

#include "c_api/status.hpp"
#include "czip.h"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::c_api {

// `size` bytes at `data`, which may be null if there are none. `name` is for the error.
inline Result<std::span<const std::uint8_t>> bytes_at(const void* data, std::size_t size,
                                                      const char* name) {
  if (data == nullptr && size != 0) return null_pointer(name);
  return std::span(static_cast<const std::uint8_t*>(data), size);
}
inline Result<std::span<std::uint8_t>> bytes_at(void* data, std::size_t size, const char* name) {
  if (data == nullptr && size != 0) return null_pointer(name);
  return std::span(static_cast<std::uint8_t*>(data), size);
}

// The caller's destination.
class FixedSink final : public RewindableSink {
 public:
  explicit FixedSink(std::span<std::uint8_t> destination) : destination_(destination) {}

  Status write(std::span<const std::uint8_t> bytes) override {
    if (bytes.size() > destination_.size() - size_)
      return fail(kDstTooSmall, "the destination of " + std::to_string(destination_.size()) +
                                    " bytes is too small");
    if (!bytes.empty()) std::memcpy(destination_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
    return {};
  }
  Status rewind() override {
    size_ = 0;
    return {};
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::span<std::uint8_t> destination_;
  std::size_t size_ = 0;
};

// Hands on at most `limit` bytes; 0: any number.
template <class Sink>
class LimitedSink final : public RewindableSink {
 public:
  LimitedSink(Sink& sink, std::uint64_t limit)
      : sink_(&sink), limit_(limit != 0 ? limit : std::numeric_limits<std::uint64_t>::max()) {}

  Status write(std::span<const std::uint8_t> bytes) override {
    if (bytes.size() > limit_ - size_)
      return fail(ErrorCode::over_limit, "the text has more than the " + std::to_string(limit_) +
                                             " bytes that CZIP_D_MAX_OUTPUT allows");
    size_ += bytes.size();
    return sink_->write(bytes);
  }
  Status rewind() override {
    size_ = 0;
    if constexpr (std::is_base_of_v<RewindableSink, Sink>)
      return sink_->rewind();
    else
      return fail(ErrorCode::internal, "a stream cannot be rewound");
  }

 private:
  Sink* sink_;
  std::uint64_t limit_;
  std::uint64_t size_ = 0;
};

// The caller's file.
class CallbackSource final : public RandomAccessSource {
 public:
  explicit CallbackSource(const czip_source& source) : source_(source) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    std::size_t count = 0;
    const czip_status status =
        source_.read_at(source_.user, offset, buffer.data(), buffer.size(), &count);
    if (status != CZIP_OK) return callback_failure("read_at", status);
    if (count > buffer.size())
      return fail(ErrorCode::invalid_argument,
                  "the callback read_at says that it read more than was asked for");
    return count;
  }
  Result<std::uint64_t> size() override {
    std::uint64_t size = 0;
    const czip_status status = source_.size(source_.user, &size);
    if (status != CZIP_OK) return callback_failure("size", status);
    return size;
  }

 private:
  czip_source source_;
};

inline Result<CallbackSource> source_of(const czip_source* source) {
  if (source == nullptr) return null_pointer("source");
  if (source->read_at == nullptr) return null_pointer("source->read_at");
  if (source->size == nullptr) return null_pointer("source->size");
  return CallbackSource(*source);
}

// A file from its beginning on.
class SequentialSource final : public RewindableSource {
 public:
  explicit SequentialSource(RandomAccessSource& file) : file_(&file) {}

  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    CZIP_TRY_ASSIGN(const std::size_t count, file_->read_at(offset_, buffer));
    offset_ += count;
    return count;
  }
  Status rewind() override {
    offset_ = 0;
    return {};
  }

 private:
  RandomAccessSource* file_;
  std::uint64_t offset_ = 0;
};

}  // namespace czip::c_api
