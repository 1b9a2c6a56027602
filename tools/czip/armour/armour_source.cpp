#include "armour/armour_source.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 16;
// A line that is longer, without quoting and blanks around it, is no marker.
constexpr std::size_t kLongestMarker = 100;

bool is_blank(char character) { return character == ' ' || character == '\t' || character == '\r'; }

}  // namespace

Result<std::size_t> ArmourSource::read(std::span<std::uint8_t> buffer) {
  while (given_ == ready_.size()) {
    CZIP_TRY(fault_);
    if (has_ended_ || buffer.empty()) return 0;
    ready_.clear();
    given_ = 0;
    fault_ = decode_some();
  }
  const std::size_t count = std::min(buffer.size(), ready_.size() - given_);
  std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(given_), count, buffer.begin());
  given_ += count;
  return count;
}

Status ArmourSource::decode_some() {
  std::array<std::uint8_t, kPiece> piece;
  CZIP_TRY_ASSIGN(const auto count, text_->read(piece));
  has_ended_ = count == 0;
  if (has_ended_) return end_text();
  for (const std::uint8_t byte : std::span(piece).first(count))
    CZIP_TRY(add(static_cast<char>(byte)));
  return {};
}

Status ArmourSource::add(char character) {
  if (character == '\n') {
    CZIP_TRY(end_line());
    ++line_;
    column_ = 0;
    return {};
  }
  ++column_;
  if (is_line_start_ && is_quoting(character)) return {};
  const bool is_start = std::exchange(is_line_start_, false);
  if (is_start) is_marker_ = !is_inside_ || (character == '-' && !is_bare_);
  if (!is_marker_) return add_digit(character);
  ++seen_of_marker_;
  if (!is_blank(character)) marker_bytes_ = seen_of_marker_;
  if (marker_.size() < kLongestMarker) marker_ += character;
  return {};
}

Status ArmourSource::add_digit(char character) {
  if (is_blank(character)) return {};
  const std::string_view wrong = decoder_.add(character, ready_);
  if (wrong.empty()) return {};
  return fault(ErrorCode::corrupt,
               "'" + printable(std::string_view(&character, 1)) + "' " + std::string(wrong));
}

Status ArmourSource::end_line() {
  Status status = is_marker_ ? end_marker() : Status{};
  is_marker_ = false;
  is_line_start_ = true;
  marker_.clear();
  seen_of_marker_ = 0;
  marker_bytes_ = 0;
  return status;
}

Status ArmourSource::end_marker() {
  const std::string_view line = without_quoting(marker_);
  const bool is_too_long = marker_bytes_ > kLongestMarker;
  if (is_too_long && !is_inside_) return {};
  if (!is_too_long && line == kArmourBegin) {
    if (is_inside_) return fault(ErrorCode::corrupt, "an armour begins within another");
    is_inside_ = true;
    decoder_ = {};
    return {};
  }
  if (!is_too_long && line == kArmourEnd) {
    if (!is_inside_) return fault(ErrorCode::corrupt, "an armour ends that never began");
    is_inside_ = false;
    const std::string_view wrong = decoder_.end();
    return wrong.empty() ? Status{}
                         : fault(ErrorCode::corrupt, "the base64 before it " + std::string(wrong));
  }
  // Outside an armour, other lines are other text.
  if (!is_inside_ && !is_armour_marker(line)) return {};
  return fault(ErrorCode::corrupt, "'" + printable(line) + "' is neither '" +
                                       std::string(kArmourBegin) + "' nor '" +
                                       std::string(kArmourEnd) + "'");
}

Status ArmourSource::end_text() {
  CZIP_TRY(end_line());  // which may lack its newline
  if (!is_inside_) return {};
  if (!is_bare_)
    return fault(ErrorCode::truncated, "the text ends without '" + std::string(kArmourEnd) + "'");
  const std::string_view wrong = decoder_.end();
  return wrong.empty() ? Status{} : fault(ErrorCode::truncated, "the base64 " + std::string(wrong));
}

Status ArmourSource::fault(ErrorCode code, std::string_view what) const {
  std::string where = "line " + std::to_string(line_);
  if (!is_marker_ && column_ != 0) where += ", column " + std::to_string(column_);
  return fail(code, where + ": " + std::string(what));
}

Result<std::vector<std::uint8_t>> without_armour(std::span<const std::uint8_t> text,
                                                 ArmourKind kind) {
  MemorySource source(text);
  ArmourSource armour(source, kind);
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 4096> piece;
  for (;;) {
    CZIP_TRY_ASSIGN(const auto n, armour.read(piece));
    if (n == 0) return bytes;
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n));
  }
}

}  // namespace czip::tool
