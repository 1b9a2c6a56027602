// Checks a stream of bytes for well-formed UTF-8, wherever it is cut.
#pragma once

#include <cstdint>
#include <string_view>

namespace czip {

class Utf8Checker {
 public:
  // Returns whether everything so far is the beginning of well-formed UTF-8.
  bool add(std::string_view bytes);

  // Everything so far is well-formed and ends between two characters.
  [[nodiscard]] bool complete() const { return valid_ && missing_ == 0; }

 private:
  bool start_character(std::uint8_t lead);

  bool valid_ = true;
  unsigned missing_ = 0;  // bytes until the character is complete
  // Bounds of its next byte: narrower after E0, ED, F0 and F4, against overlong forms, surrogates
  // and code points above U+10FFFF.
  std::uint8_t next_low_ = 0x80;
  std::uint8_t next_high_ = 0xbf;
};

}  // namespace czip
