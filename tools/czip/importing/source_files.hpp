// The files of a public model, which may be larger than memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "io/input.hpp"
#include "io/mapped_file.hpp"

namespace czip::tool {

// Files that are mapped as long as this exists. Another program may shorten them meanwhile: see
// io/mapping_faults.hpp.
class SourceFiles {
 public:
  // Maps one more; no output may replace it (io/input_registry.hpp). Errors name the file.
  Result<std::span<const std::uint8_t>> add(const std::string& path);
  // The same, as text.
  Result<std::string_view> add_text(const std::string& path);

  // The names without folders, in the order of `add`, with commas between them.
  [[nodiscard]] std::string names() const;
  [[nodiscard]] std::uint64_t bytes() const;

  // "sha256:" and the hash of all files one after another, in the order of `add`. `progress` is told
  // how many bytes were read.
  [[nodiscard]] std::string hash(const std::function<void(std::uint64_t)>& progress) const;

  // Error: a file has changed since it was opened, so that what was read of it may be neither the
  // old content nor the new one.
  [[nodiscard]] Status check_unchanged() const;

 private:
  struct File {
    Input input;
    MappedFile map;
  };
  std::vector<std::unique_ptr<File>> files_;
};

}  // namespace czip::tool
