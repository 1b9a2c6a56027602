// Writes a tar stream, entry by entry. The same entries give the same bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "archive/tar_format.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

class TarWriter {
 public:
  explicit TarWriter(ByteSink& out) : out_(&out) {}

  // Whether the records of an entry have room for its attributes.
  [[nodiscard]] static bool fits(const tar::Entry& entry);
  // Writes all of an entry but a file's content. `parts` are those of a sparse file, at most
  // tar::kMaxParts; where it ends in a hole, an empty part at its end says so to GNU tar.
  Status begin(const tar::Entry& entry, std::span<const tar::Part> parts);
  // Writes content, as many bytes in all as the entry or its parts say.
  Status content(std::span<const std::uint8_t> bytes);
  Status zeros(std::uint64_t count);
  // Ends the content.
  Status end();
  // Ends the stream.
  Status finish();

 private:
  Status write(std::span<const std::uint8_t> bytes);
  Status write(const std::string& text);
  Status write_header(const tar::Entry& entry, const std::string& name, std::uint64_t size);

  ByteSink* out_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t size_ = 0;  // bytes of content of the current entry so far
};

}  // namespace czip::tool
