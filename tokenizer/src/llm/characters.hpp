// The characters of a text that may be any bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "czip/base/utf8.hpp"
#include "llm/unicode_classes.hpp"

namespace czip::llm {

[[nodiscard]] constexpr bool is_continuation(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80;
}

// Bytes of the character that begins at `at` < text.size(); 1 where it is not UTF-8.
[[nodiscard]] inline std::size_t character_size(std::string_view text, std::size_t at) {
  const Utf8Form form = utf8_form(static_cast<std::uint8_t>(text[at]));
  if (form.length <= 1 || form.length > text.size() - at) return 1;
  const auto second = static_cast<std::uint8_t>(text[at + 1]);
  if (second < form.second_low || second > form.second_high) return 1;
  for (std::size_t i = 2; i < form.length; ++i)
    if (!is_continuation(text[at + i])) return 1;
  return form.length;
}

// The code point of a character of `size` bytes that is UTF-8.
[[nodiscard]] inline std::uint32_t code_point(std::string_view text, std::size_t at,
                                              std::size_t size) {
  constexpr std::array<std::uint8_t, 5> kLeadBits{0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t result = static_cast<std::uint8_t>(text[at]) & kLeadBits[size];
  for (std::size_t i = 1; i < size; ++i)
    result = result << 6 | (static_cast<std::uint8_t>(text[at + i]) & 0x3f);
  return result;
}

struct Character {
  std::size_t size;  // in bytes; 0: behind the end
  CharacterClass kind;
};

// Reads characters of a fragment of text, and counts them: the measure of the splitter's work.
class CharacterReader {
 public:
  // A byte that is not UTF-8 is a character of class `other`.
  [[nodiscard]] Character at(std::string_view fragment, std::size_t position) {
    if (position >= fragment.size()) return {0, CharacterClass::other};
    ++count_;
    const auto lead = static_cast<std::uint8_t>(fragment[position]);
    if (lead < 0x80) return {1, class_of(lead)};
    const std::size_t size = character_size(fragment, position);
    if (size == 1) return {1, CharacterClass::other};
    return {size, class_of(code_point(fragment, position, size))};
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::uint64_t count_ = 0;
};

}  // namespace czip::llm
