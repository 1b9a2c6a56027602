// The whole content of a file that is used for as long as a command runs, such as a model. A large
// one is mapped: it takes no memory of its own, is there at once, may be larger than 4 GiB, and all
// processes that use it share it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "io/input.hpp"

namespace czip::tool {

class FileContent {
 public:
  // Nothing.
  FileContent();
  explicit FileContent(std::vector<std::uint8_t> bytes);
  // Reads the file, or maps it where it has at least kMappedBytes. Where another program shortens a
  // mapped file, the command ends: io/mapping_faults.hpp.
  static Result<FileContent> of(Input input);
  FileContent(FileContent&&) noexcept;
  FileContent& operator=(FileContent&&) noexcept;
  ~FileContent();

  static constexpr std::uint64_t kMappedBytes = std::uint64_t{64} << 20;

  // They stay where they are when this is moved.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const;

 private:
  struct Mapped;
  std::vector<std::uint8_t> held_;
  std::unique_ptr<const Mapped> mapped_;
};

// Error: one of the files that are mapped has changed since then. What was compressed with it must
// not be kept, for nobody could decompress it: the model has another hash now, and verifying used
// the changed one, too. Decompressing needs no such check: a text is right, or its hash tells.
Status check_mapped_unchanged();

}  // namespace czip::tool
