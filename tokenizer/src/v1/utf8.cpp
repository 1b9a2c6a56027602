#include "v1/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace czip::v1 {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t position) {
  return static_cast<std::uint8_t>(text[position]);
}

bool is_continuation(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

// Table 3-7 of the Unicode standard: how many bytes a character has that begins with `lead`, and
// which second bytes it may have; the later ones may be any continuation byte.
struct CharacterShape {
  std::size_t length;  // 0: no character begins with this byte
  std::uint8_t second_low;
  std::uint8_t second_high;
};

CharacterShape shape_of(std::uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead < 0xC2) return {0, 0, 0};
  if (lead < 0xE0) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead < 0xF0) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead < 0xF4) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// Length of the well-formed character at `position`, or 0.
std::size_t character_length(std::string_view text, std::size_t position) {
  const CharacterShape shape = shape_of(byte_at(text, position));
  if (shape.length < 2) return shape.length;
  if (text.size() - position < shape.length) return 0;
  const std::uint8_t second = byte_at(text, position + 1);
  if (second < shape.second_low || second > shape.second_high) return 0;
  for (std::size_t i = 2; i < shape.length; ++i) {
    if (!is_continuation(byte_at(text, position + i))) return 0;
  }
  return shape.length;
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t position = 0;
  while (position < text.size()) {
    // Most text is ASCII: step over it eight bytes at a time.
    std::uint64_t word = 0;
    while (text.size() - position >= sizeof word) {
      std::memcpy(&word, text.data() + position, sizeof word);
      if ((word & kHighBits) != 0) break;
      position += sizeof word;
    }
    if (position == text.size()) break;
    const std::size_t length = character_length(text, position);
    if (length == 0) break;
    position += length;
  }
  return position;
}

std::optional<std::string> bytes_from_code_points(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t lead = byte_at(text, i);
    if (lead < 0x80) {
      bytes.push_back(text[i]);
      continue;
    }
    // U+0080..U+00FF are C2 80 .. C3 BF.
    if ((lead != 0xC2 && lead != 0xC3) || i + 1 == text.size()) return std::nullopt;
    ++i;
    const std::uint8_t second = byte_at(text, i);
    if (!is_continuation(second)) return std::nullopt;
    bytes.push_back(static_cast<char>(((lead & 0x03) << 6) | (second & 0x3F)));
  }
  return bytes;
}

}  // namespace czip::v1
