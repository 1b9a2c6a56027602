// Reads a tar stream, which may be hostile, entry by entry. It takes what czip writes and nothing
// else, so that no entry is understood in two ways; a general library takes many more kinds, most
// of them silently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "archive/tar_format.hpp"
#include "base/errors.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

// A path as it appears in messages: printable, and cut where it is long.
[[nodiscard]] std::string shown(const std::string& path);

// The error that an archive is refused because of the entry `path`. `why` completes "the archive
// holds PATH, ...".
[[nodiscard]] Failure refused_entry(const std::string& path, const std::string& why);

class TarParser {
 public:
  // A piece of a file's content. Holes are in no piece.
  struct Piece {
    std::uint64_t offset = 0;
    std::span<const std::uint8_t> bytes;  // valid until the next call; empty: the end
  };

  explicit TarParser(ByteSource& in) : in_(&in), buffer_(std::size_t{1} << 16) {}

  // The next entry; nullopt: the stream has ended. What is left of the last file is skipped. Holds
  // no more than tar::kMaxExtended bytes of records and tar::kMaxParts parts of a sparse file.
  // Errors: corrupt (damage, and any kind of entry that section 6 of the page does not name),
  // truncated, and those of the source.
  Result<std::optional<tar::Entry>> next();
  // The next piece of the last entry's content.
  Result<Piece> read();

  // Of the last entry, also of one that was refused: where in the stream it begins, with records.
  [[nodiscard]] std::uint64_t entry_begin() const { return entry_begin_; }
  // Whether it is known where it ends. Then the entries behind a refused one can be read.
  [[nodiscard]] bool extent_known() const { return extent_known_; }
  // Where it ends, with padding, while nothing of its content was read.
  [[nodiscard]] std::uint64_t entry_end() const { return taken_ + stored_ + padding_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // The parts of its content that are no holes, none of them empty.
  [[nodiscard]] const std::vector<tar::Part>& parts() const { return parts_; }

 private:
  struct Extended;

  Result<std::span<const std::uint8_t>> take(std::uint64_t most);
  Result<bool> read_block(tar::Block& block);
  Result<std::string> read_text(std::uint64_t size);
  Status skip_content();
  Status read_extended(char type, std::uint64_t size, Extended& extended);
  static bool set_owner(const tar::Block& header, const Extended& extended, tar::Owner& owner);
  Result<tar::Entry> make_entry(const tar::Block& header, Extended& extended);
  Status read_map(const tar::Entry& entry);

  ByteSource* in_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;  // of what is unread in the buffer
  std::size_t end_ = 0;
  std::uint64_t taken_ = 0;  // bytes of the stream before it

  // The last entry.
  std::uint64_t entry_begin_ = 0;
  bool extent_known_ = false;
  std::string path_;
  std::uint64_t stored_ = 0;  // bytes of content still to be read
  std::size_t padding_ = 0;   // behind them
  std::vector<tar::Part> parts_;
  std::size_t part_ = 0;         // the current one
  std::uint64_t part_used_ = 0;  // bytes read of it
};

}  // namespace czip::tool
