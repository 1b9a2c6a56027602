// UTF-8 as the Unicode standard defines it: no overlong forms, no surrogates, at most U+10FFFF.
// Source: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace czip {

// What follows the first byte of a character. Only the second byte has bounds of its own; the bytes
// after it may be any continuation byte, 80 to BF.
struct Utf8Form {
  std::size_t length;  // in bytes; 0: no character begins with that byte
  std::uint8_t second_low;
  std::uint8_t second_high;
};

[[nodiscard]] constexpr Utf8Form utf8_form(std::uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead < 0xc2) return {0, 0, 0};
  if (lead < 0xe0) return {2, 0x80, 0xbf};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3, 0x80, 0xbf};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead < 0xf4) return {4, 0x80, 0xbf};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

// Checks a stream of bytes for well-formed UTF-8, wherever it is cut.
class Utf8Checker {
 public:
  // Takes the next byte; returns whether everything so far is the beginning of well-formed UTF-8.
  bool add(std::uint8_t byte) {
    if (!valid_) return false;
    if (missing_ == 0) {
      const Utf8Form form = utf8_form(byte);
      valid_ = form.length != 0;
      missing_ = valid_ ? form.length - 1 : 0;
      next_low_ = form.second_low;
      next_high_ = form.second_high;
    } else {
      valid_ = byte >= next_low_ && byte <= next_high_;
      --missing_;
      next_low_ = 0x80;
      next_high_ = 0xbf;
    }
    return valid_;
  }

  bool add(std::string_view bytes) {
    for (const char byte : bytes)
      if (!add(static_cast<std::uint8_t>(byte))) break;
    return valid_;
  }

  // Everything so far is well-formed and ends between two characters.
  [[nodiscard]] bool complete() const { return valid_ && missing_ == 0; }

 private:
  bool valid_ = true;
  std::size_t missing_ = 0;  // bytes until the character is complete
  // Bounds of the next byte, where one is missing.
  std::uint8_t next_low_ = 0;
  std::uint8_t next_high_ = 0;
};

// Length of the longest prefix of `text` that is well-formed UTF-8 and ends between two characters.
[[nodiscard]] inline std::size_t valid_utf8_prefix(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t prefix = 0;
  Utf8Checker checker;
  for (std::size_t i = 0; i < text.size();) {
    // Most text is ASCII: step over it eight bytes at a time.
    if (i == prefix && text.size() - i >= sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + i, sizeof word);
      if ((word & kHighBits) == 0) {
        prefix = i += sizeof word;
        continue;
      }
    }
    if (!checker.add(static_cast<std::uint8_t>(text[i++]))) break;
    if (checker.complete()) prefix = i;
  }
  return prefix;
}

// The UTF-8 of a string of code points U+0000 to U+00FF (Latin-1), one for each byte.
[[nodiscard]] inline std::string utf8_from_latin1(std::string_view latin1) {
  std::string utf8;
  for (const char c : latin1) {
    const auto code_point = static_cast<std::uint8_t>(c);
    if (code_point < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xc0 | (code_point >> 6));
      utf8 += static_cast<char>(0x80 | (code_point & 0x3f));
    }
  }
  return utf8;
}

// The inverse of utf8_from_latin1; nullopt: `utf8` is not UTF-8 or has a code point above U+00FF.
[[nodiscard]] inline std::optional<std::string> latin1_from_utf8(std::string_view utf8) {
  if (valid_utf8_prefix(utf8) != utf8.size()) return std::nullopt;
  std::string latin1;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<std::uint8_t>(utf8[i]);
    if (lead < 0x80) {
      latin1 += utf8[i];
      continue;
    }
    // U+0080 to U+00FF are C2 80 to C3 BF.
    if (lead > 0xc3) return std::nullopt;
    const auto second = static_cast<std::uint8_t>(utf8[++i]);
    latin1 += static_cast<char>(((lead & 0x03) << 6) | (second & 0x3f));
  }
  return latin1;
}

}  // namespace czip
