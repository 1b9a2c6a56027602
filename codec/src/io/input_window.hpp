// A ByteSource seen through a buffer: the part of the input that a streaming decoder works on.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/trailing_data.hpp"

namespace czip {

class InputWindow {
 public:
  static constexpr std::size_t kCapacity = std::size_t{64} << 10;

  // `source` must outlive the window.
  explicit InputWindow(ByteSource& source) : source_(&source) {}

  // Bytes read and not yet consumed.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return std::span<const std::uint8_t>(buffer_).subspan(begin_, end_ - begin_);
  }

  void consume(std::size_t count) { begin_ += count; }

  // Reads until `count` bytes are there, at most kCapacity, or the source ends.
  Status fill(std::size_t count) {
    if (end_ - begin_ >= count) return {};
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    while (end_ < count) {
      CZIP_TRY_ASSIGN(const auto read, source_->read(std::span(buffer_).subspan(end_)));
      if (read == 0) break;
      end_ += read;
      total_ += read;
    }
    return {};
  }

  // Reads zeros and what comes after them, which then is in `bytes`.
  Result<TrailingData> read_trailing_data() {
    TrailingData trailing;
    for (;;) {
      CZIP_TRY(fill(1));
      const auto rest = bytes();
      if (rest.empty()) return trailing;
      const auto other =
          std::find_if(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; });
      const auto zeros = static_cast<std::size_t>(other - rest.begin());
      trailing.padding_bytes += zeros;
      consume(zeros);
      if (other == rest.end()) continue;
      trailing.garbage_offset = offset();
      return trailing;
    }
  }

  // Offset of the first byte of `bytes` from where the window started.
  [[nodiscard]] std::uint64_t offset() const { return total_ - (end_ - begin_); }

 private:
  ByteSource* source_;
  std::array<std::uint8_t, kCapacity> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace czip
