// Attachments: data beside the text of a CZIPv2 file, such as an archive's index. They stand behind
// frames, and readers that do not know their kind skip them. Format:
// conformance/czip-v2-container.md, section 8.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::v2 {

// Four letters.
using AttachmentKind = std::array<char, 4>;

// The index of an archive.
inline constexpr AttachmentKind kIndexAttachment{'I', 'N', 'D', 'X'};

// Writes an attachment; returns its length. Errors: those of `out`.
Result<std::uint64_t> write_attachment(AttachmentKind kind, std::span<const std::uint8_t> content,
                                       ByteSink& out);

// Where an attachment is in its file.
struct AttachmentPlace {
  AttachmentKind kind{};
  std::uint64_t begin = 0;  // offset of its first byte
  std::uint64_t end = 0;    // and behind its last
  std::uint64_t content_bytes = 0;
  Hash128 content_hash{};
};

// The last attachment of a kind among the zeros, recovery records and attachments that end at
// `end`, an offset in the file. nullopt: there is none, or what stands there is damaged. Reads
// headers only. Errors: those of `in`.
Result<std::optional<AttachmentPlace>> find_attachment(RandomAccessSource& in, AttachmentKind kind,
                                                       std::uint64_t end);

// Reads its content. Errors: corrupt (another hash), out_of_memory, and those of `in`.
Result<std::vector<std::uint8_t>> read_attachment(RandomAccessSource& in,
                                                  const AttachmentPlace& place);

// A mark that hides what follows it, up to the file's end: frames are written behind it, and when
// all of them are on disk, zeros take its place. So they are all there or not at all.
inline constexpr std::size_t kHidingMarkBytes = 36;
[[nodiscard]] std::array<std::uint8_t, kHidingMarkBytes> hiding_mark();

}  // namespace czip::v2
