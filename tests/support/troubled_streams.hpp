// Sources and sinks that behave like pipes and failing disks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::test {

// A pipe: no length, at most `step` bytes at a time, no way back; fails once `fail_at` bytes are
// read.
class Pipe final : public RewindableSource {
 public:
  explicit Pipe(const std::vector<std::uint8_t>& bytes,
                std::size_t fail_at = std::numeric_limits<std::size_t>::max(),
                std::size_t step = 777)
      : bytes_(&bytes), fail_at_(fail_at), step_(step) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    if (position_ >= fail_at_) return fail(ErrorCode::io, "read error");
    const std::size_t count =
        std::min({buffer.size(), bytes_->size() - position_, fail_at_ - position_, step_});
    std::copy_n(bytes_->begin() + static_cast<std::ptrdiff_t>(position_), count, buffer.begin());
    position_ += count;
    return count;
  }
  Status rewind() override { return fail(ErrorCode::io, "cannot rewind a pipe"); }

 private:
  const std::vector<std::uint8_t>* bytes_;
  std::size_t fail_at_;
  std::size_t step_;
  std::size_t position_ = 0;
};

// Takes `capacity` bytes.
class FullDisk final : public RewindableSink {
 public:
  explicit FullDisk(std::size_t capacity) : left_(capacity) {}
  Status write(std::span<const std::uint8_t> bytes) override {
    if (bytes.size() > left_) return fail(ErrorCode::io, "disk full");
    left_ -= bytes.size();
    return {};
  }
  Status rewind() override { return {}; }

 private:
  std::size_t left_;
};

}  // namespace czip::test
