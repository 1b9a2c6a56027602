// A file that does not become longer than the user allows.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

class LimitedStore final : public RandomAccessFile {
 public:
  // `file` must outlive this object. `option` is named where the limit is reached: "--max-output".
  LimitedStore(RandomAccessFile& file, std::optional<std::uint64_t> limit, const char* option)
      : file_(&file), limit_(limit.value_or(kNoLimit)), option_(option) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    return file_->read_at(offset, buffer);
  }
  Result<std::uint64_t> size() override { return file_->size(); }
  // Error besides those of the file: over_limit; nothing of these bytes is written then.
  Status write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
    if (offset > limit_ || bytes.size() > limit_ - offset)
      return fail(ErrorCode::over_limit, "would give more than the " + std::to_string(limit_) +
                                             " bytes that " + option_ + " allows");
    return file_->write_at(offset, bytes);
  }

 private:
  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

  RandomAccessFile* file_;
  std::uint64_t limit_;
  const char* option_;
};

}  // namespace czip::tool
