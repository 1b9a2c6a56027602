#include "v2/records/record_header.hpp"

#include <string>

namespace czip::v2 {
namespace {

// First byte and shortest text of a header with so many bytes.
struct Form {
  std::uint32_t first;
  std::uint32_t text;
  std::size_t bytes;
};

Form form_of_text(std::size_t text_bytes) {
  if (text_bytes < kTwoByteText) return {0, kOneByteText, 1};
  if (text_bytes < kThreeByteText) return {kTwoByteRecord, kTwoByteText, 2};
  return {kThreeByteRecord, kThreeByteText, 3};
}

Form form_of_first(std::uint8_t first) {
  if (first < kTwoByteRecord) return {0, kOneByteText, 1};
  if (first < kThreeByteRecord) return {kTwoByteRecord, kTwoByteText, 2};
  return {kThreeByteRecord, kThreeByteText, 3};
}

}  // namespace

void append_record_header(std::vector<std::uint8_t>& record, std::size_t text_bytes) {
  const Form form = form_of_text(text_bytes);
  const auto digits =
      static_cast<std::uint32_t>(text_bytes) - form.text + (form.first << (8 * (form.bytes - 1)));
  for (std::size_t i = form.bytes; i-- > 0;)
    record.push_back(static_cast<std::uint8_t>(digits >> (8 * i)));
}

Result<RecordHeader> parse_record_header(std::span<const std::uint8_t> record) {
  if (record.empty()) return fail(ErrorCode::truncated, "the record has no header");
  if (record[0] == kStoredRecord)
    return record.size() > 1
               ? Result<RecordHeader>(RecordHeader{.stored = true, .text_bytes = record.size() - 1})
               : fail(ErrorCode::truncated, "the record ends before its stored text");
  const Form form = form_of_first(record[0]);
  if (record.size() < form.bytes)
    return fail(ErrorCode::truncated, "the record ends within the length of its text");
  std::uint32_t digits = 0;
  for (std::size_t i = 0; i < form.bytes; ++i) digits = digits << 8 | record[i];
  const std::size_t text_bytes = digits - (form.first << (8 * (form.bytes - 1))) + form.text;
  if (record.size() > text_bytes)
    return fail(ErrorCode::corrupt, "the record codes " + std::to_string(text_bytes) +
                                        " bytes, and is no shorter than if it stored them");
  return RecordHeader{.stored = false, .text_bytes = text_bytes, .header_bytes = form.bytes};
}

}  // namespace czip::v2
