// The header of a raw record: whether it is stored, and the length of its text if it is coded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/record.hpp"

namespace czip::v2 {

// The first byte is this where the text follows as it is; it ends where the record does.
inline constexpr std::uint8_t kStoredRecord = 0xff;
// Else, up to which value the header has one, two and three bytes; the next ones are its digits to
// base 256, the highest first.
inline constexpr std::uint32_t kTwoByteRecord = 0xe0;
inline constexpr std::uint32_t kThreeByteRecord = 0xf0;
// The shortest text of each length of header: the next one goes on where one ends.
inline constexpr std::uint32_t kOneByteText = 1;
inline constexpr std::uint32_t kTwoByteText = kOneByteText + kTwoByteRecord;
inline constexpr std::uint32_t kThreeByteText =
    kTwoByteText + ((kThreeByteRecord - kTwoByteRecord) << 8);
static_assert(kMaxRecordText == kThreeByteText + ((kStoredRecord - kThreeByteRecord) << 16) - 1);

// The tables of a coder have the sizes for a text of so many bytes besides the context.
inline constexpr std::uint64_t kRecordTableText = 1024;

struct RecordHeader {
  bool stored = false;
  std::size_t text_bytes = 0;
  std::size_t header_bytes = 1;
};

// Appends the header of a coded text of 1 to kMaxRecordText bytes.
void append_record_header(std::vector<std::uint8_t>& record, std::size_t text_bytes);
// Of a record that is not empty. Errors: truncated, corrupt (a coded record that is not shorter
// than a stored one).
Result<RecordHeader> parse_record_header(std::span<const std::uint8_t> record);

}  // namespace czip::v2
