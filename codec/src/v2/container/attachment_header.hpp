// The layout of an attachment's header. Specification: conformance/czip-v2-container.md, section 8.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "czip/base/hash128.hpp"
#include "czip/codec/v2/attachment.hpp"

namespace czip::v2 {

inline constexpr std::array<std::uint8_t, 3> kAttachmentMagic{0xfc, 'A', 'T'};
inline constexpr std::size_t kAttachmentHeaderBytes = 36;
static_assert(kHidingMarkBytes == kAttachmentHeaderBytes);
inline constexpr std::uint64_t kMaxAttachmentBytes = std::uint64_t{1} << 48;

// The kind that hides what follows it.
inline constexpr AttachmentKind kHidingKind{'H', 'I', 'D', 'E'};

struct AttachmentHeader {
  bool at_end = false;  // the copy at the attachment's end
  AttachmentKind kind{};
  std::uint64_t content_bytes = 0;  // of the hiding mark: 0
  Hash128 content_hash{};

  // Another header of that kind is that of an attachment.
  [[nodiscard]] bool hides() const {
    return kind == kHidingKind && !at_end && content_bytes == 0 && content_hash == Hash128{};
  }
};

using AttachmentHeaderBytes = std::array<std::uint8_t, kAttachmentHeaderBytes>;
[[nodiscard]] AttachmentHeaderBytes serialize(const AttachmentHeader& header);
// nullopt: no such header, or damaged.
[[nodiscard]] std::optional<AttachmentHeader> parse_attachment_header(
    std::span<const std::uint8_t> bytes);

}  // namespace czip::v2
