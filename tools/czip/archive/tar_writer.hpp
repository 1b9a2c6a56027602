// Writes a tar stream, entry by entry, and notes what its index says. The same entries give the
// same bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/member_hash.hpp"
#include "archive/member_index.hpp"
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
  // Writes all of a hard link that is a copy. `hash` is that of the file it equals.
  Status copy(const tar::Entry& entry, std::uint64_t hash);
  // Writes what is buffered. Blocks of zeros, which end a tar, come with `end_mark`: more entries
  // may be appended to a stream without them.
  Status finish(bool end_mark = false);

  // The hash of the content that was ended last.
  [[nodiscard]] std::uint64_t member_hash() const { return hasher_.digest(); }
  // The entries so far, as an index has them. Call it after finish().
  [[nodiscard]] std::vector<Member> take_members() { return std::move(members_); }

 private:
  Status write(std::span<const std::uint8_t> bytes);
  Status write(const std::string& text);
  Status write_header(const tar::Entry& entry, const std::string& name, std::uint64_t size);

  void note_entry(const tar::Entry& entry);

  ByteSink* out_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t position_ = 0;  // in the stream
  std::vector<Member> members_;
  MemberHasher hasher_;
  std::uint64_t size_ = 0;  // bytes of content of the current entry so far
};

}  // namespace czip::tool
