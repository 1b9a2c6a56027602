// What stands between frames and is no text: recovery records and attachments. Both have a header
// at the beginning and at the end, and a body between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/hash128.hpp"

namespace czip::v2 {

enum class SideRecordKind : std::uint8_t { recovery, attachment };

struct SideRecord {
  SideRecordKind kind = SideRecordKind::recovery;
  bool at_end = false;  // its header is that of the end
  bool hides = false;   // all that follows it, up to the file's end
  std::size_t header_bytes = 0;
  std::uint64_t body_bytes = 0;
  Hash128 body_hash{};
  std::vector<std::uint8_t> end_header;

  [[nodiscard]] std::uint64_t bytes() const { return 2 * header_bytes + body_bytes; }
};

// The longest header.
inline constexpr std::size_t kMaxSideHeaderBytes = 56;

// The kind of the record that begins so. It takes two bytes.
[[nodiscard]] std::optional<SideRecordKind> side_record_kind(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::size_t side_header_bytes(SideRecordKind kind);

// nullopt: no header of either kind, or damaged.
[[nodiscard]] std::optional<SideRecord> parse_side_record(std::span<const std::uint8_t> bytes);

}  // namespace czip::v2
