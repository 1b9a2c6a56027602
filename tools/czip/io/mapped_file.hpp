// The bytes of a file without holding them in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "czip/base/error.hpp"

namespace czip::tool {

// Where others may shorten the file while it is mapped: io/mapping_faults.hpp.
class MappedFile {
 public:
  static Result<MappedFile> open(int fd);
  MappedFile(MappedFile&& other) noexcept
      : bytes_(std::exchange(other.bytes_, {})), released_(other.released_) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  // The bytes before `offset` need not stay in memory; they can be read all the same.
  void release_before(std::uint64_t offset);

 private:
  explicit MappedFile(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::span<const std::uint8_t> bytes_;
  std::size_t released_ = 0;
};

}  // namespace czip::tool
