// Reads armours: armour/armour.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "armour/armour.hpp"
#include "armour/base64.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

// Gives the bytes of the armours in a text, one after another, or those of bare base64. Lines may
// end in CR LF, be indented or quoted, and be empty; other text may stand before, between and after
// armours. Holds one piece of the text in memory, whatever its lines are. Errors name line and
// column: corrupt (a character that does not belong there, a first or last line that is damaged or
// lacks its counterpart), truncated (the text ends within an armour), and those of `text`.
class ArmourSource final : public ByteSource {
 public:
  // `text` must outlive this object.
  ArmourSource(ByteSource& text, ArmourKind kind)
      : text_(&text), is_bare_(kind == ArmourKind::bare), is_inside_(is_bare_) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;

 private:
  // Decodes the next piece of the text into ready_.
  Status decode_some();
  Status add(char character);
  Status add_digit(char character);
  Status end_line();
  // Handles the line in marker_.
  Status end_marker();
  Status end_text();
  [[nodiscard]] Status fault(ErrorCode code, std::string_view what) const;

  ByteSource* text_;
  bool is_bare_;
  bool is_inside_;             // behind the first line of an armour
  bool is_marker_ = false;     // this line is collected, for it is no base64
  bool is_line_start_ = true;  // nothing but quoting came in this line
  bool has_ended_ = false;
  std::string marker_;                // the first bytes of the line, without quoting
  std::uint64_t seen_of_marker_ = 0;  // bytes of the line so far, without quoting
  std::uint64_t marker_bytes_ = 0;    // of them, up to the last one that is no blank
  std::uint64_t line_ = 1;
  std::uint64_t column_ = 0;
  Base64Decoder decoder_;
  std::vector<std::uint8_t> ready_;
  std::size_t given_ = 0;  // of ready_
  Status fault_;           // found behind ready_
};

// All bytes of a text in memory. Errors: those of ArmourSource.
Result<std::vector<std::uint8_t>> without_armour(std::span<const std::uint8_t> text,
                                                 ArmourKind kind);

}  // namespace czip::tool
