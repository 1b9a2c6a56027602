// Files that tests read and write.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include "support/bytes.hpp"

namespace czip::test {

// The whole file. Throws std::runtime_error where it cannot be read.
[[nodiscard]] inline Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

// False where the file cannot be written.
[[nodiscard]] inline bool write_file(const std::filesystem::path& path,
                                     std::span<const std::uint8_t> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return static_cast<bool>(file.flush());
}

}  // namespace czip::test
