// The bytes of a file without holding them in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"
#include "io/mapping_faults.hpp"

namespace czip::tool {

// Where others may shorten the file while it is mapped, the command ends: io/mapping_faults.hpp.
class MappedFile {
 public:
  // `name` is the file's for people.
  static Result<MappedFile> open(int fd, std::string_view name);
  MappedFile(MappedFile&& other) noexcept
      : bytes_(std::exchange(other.bytes_, {})),
        released_(other.released_),
        fault_line_(std::move(other.fault_line_)) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  // The bytes before `offset` need not stay in memory; they can be read all the same.
  void release_before(std::uint64_t offset);
  // All bytes will be needed soon, and then again and again.
  void expect_all() const;

 private:
  MappedFile(std::span<const std::uint8_t> bytes, std::string_view name);

  std::span<const std::uint8_t> bytes_;
  std::size_t released_ = 0;
  FaultLine fault_line_;
};

}  // namespace czip::tool
