// A file that does not become longer than the user allows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/output_limit.hpp"

namespace czip::tool {

class LimitedStore final : public RandomAccessFile {
 public:
  // `file` must outlive this object. `option` is named where the limit is reached: "--max-output".
  LimitedStore(RandomAccessFile& file, std::optional<std::uint64_t> limit, const char* option)
      : file_(&file), limit_(limit, option) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    return file_->read_at(offset, buffer);
  }
  Result<std::uint64_t> size() override { return file_->size(); }
  // Error besides those of the file: over_limit; nothing of these bytes is written then.
  Status write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
    CZIP_TRY(limit_.check(offset, bytes.size()));
    return file_->write_at(offset, bytes);
  }

 private:
  RandomAccessFile* file_;
  OutputLimit limit_;
};

}  // namespace czip::tool
