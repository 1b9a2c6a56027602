// A file in memory that can be read and written at any place.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "czip/codec/io/byte_stream.hpp"
#include "support/bytes.hpp"

namespace czip::test {

class MemoryFile final : public RandomAccessFile {
 public:
  MemoryFile() = default;
  explicit MemoryFile(Bytes content) : bytes(std::move(content)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    return MemorySource(bytes).read_at(offset, buffer);
  }
  Result<std::uint64_t> size() override { return bytes.size(); }
  Status write_at(std::uint64_t offset, std::span<const std::uint8_t> part) override {
    const auto begin = static_cast<std::size_t>(offset);
    bytes.resize(std::max(bytes.size(), begin + part.size()));
    std::ranges::copy(part, bytes.begin() + static_cast<std::ptrdiff_t>(begin));
    return {};
  }
  Bytes bytes;
};

}  // namespace czip::test
