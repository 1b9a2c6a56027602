#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "czip/base/utf8.hpp"

namespace czip::tool {
namespace {

struct CodePoints {
  char32_t first;
  char32_t last;
};

// Characters that are not seen, or that change how their neighbours are seen. Source: the Unicode
// Character Database 15.0: general categories Cc, Cf, Zl and Zp, and of the property
// Default_Ignorable_Code_Point all but the variation selectors of emoji, U+FE00 to U+FE0F.
constexpr std::array kUnseen{
    CodePoints{0x0000, 0x001f},   CodePoints{0x007f, 0x009f},   CodePoints{0x00ad, 0x00ad},
    CodePoints{0x034f, 0x034f},   CodePoints{0x0600, 0x0605},   CodePoints{0x061c, 0x061c},
    CodePoints{0x06dd, 0x06dd},   CodePoints{0x070f, 0x070f},   CodePoints{0x0890, 0x0891},
    CodePoints{0x08e2, 0x08e2},   CodePoints{0x115f, 0x1160},   CodePoints{0x17b4, 0x17b5},
    CodePoints{0x180b, 0x180f},   CodePoints{0x200b, 0x200f},   CodePoints{0x2028, 0x202e},
    CodePoints{0x2060, 0x206f},   CodePoints{0x3164, 0x3164},   CodePoints{0xfeff, 0xfeff},
    CodePoints{0xffa0, 0xffa0},   CodePoints{0xfff0, 0xfffb},   CodePoints{0x110bd, 0x110bd},
    CodePoints{0x110cd, 0x110cd}, CodePoints{0x13430, 0x1343f}, CodePoints{0x1bca0, 0x1bca3},
    CodePoints{0x1d173, 0x1d17a}, CodePoints{0xe0000, 0xe0fff}};

bool is_unseen(char32_t c) {
  return std::ranges::any_of(kUnseen,
                             [=](CodePoints range) { return range.first <= c && c <= range.last; });
}

// The code point of a well-formed UTF-8 sequence.
char32_t code_point(std::string_view sequence) {
  const auto lead = static_cast<std::uint8_t>(sequence[0]);
  if (sequence.size() == 1) return lead;
  char32_t c = lead & (0x7fU >> sequence.size());
  for (const char next : sequence.substr(1))
    c = c << 6U | (static_cast<std::uint8_t>(next) & 0x3fU);
  return c;
}

std::string escaped(std::string_view sequence, char32_t c) {
  if (c > 0x9f && sequence.size() > 1)
    return format(c > 0xffff ? "\\U%08x" : "\\u%04x", static_cast<unsigned>(c));
  std::string text;
  for (const char byte : sequence)
    text += format("\\x%02x", unsigned{static_cast<std::uint8_t>(byte)});
  return text;
}

// JSON writes what is above U+FFFF as a pair of surrogates.
std::string escaped_in_json(std::string_view, char32_t c) {
  const auto unit = static_cast<unsigned>(c);
  if (unit <= 0xffff) return format("\\u%04x", unit);
  return format("\\u%04x\\u%04x", 0xd7c0U + (unit >> 10U), 0xdc00U + (unit & 0x3ffU));
}

// Replaces everything unseen but what `stays` accepts, and every byte that is not UTF-8.
template <class Stays, class Escape>
std::string filtered(std::string_view text, const Stays& stays, const Escape& escape) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_form(static_cast<std::uint8_t>(text[0])).length;
    const std::string_view sequence = text.substr(0, length);
    Utf8Checker checker;
    const bool valid = length != 0 && checker.add(sequence) && checker.complete();
    const std::string_view taken = valid ? sequence : text.substr(0, 1);
    const char32_t c = valid ? code_point(taken) : static_cast<std::uint8_t>(taken[0]);
    if (valid && (!is_unseen(c) || stays(c)))
      result += taken;
    else
      result += escape(taken, c);
    text.remove_prefix(taken.size());
  }
  return result;
}

}  // namespace

std::string format(const char* pattern, ...) {
  std::va_list arguments;
  va_start(arguments, pattern);
  std::va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, pattern, arguments);
  va_end(arguments);
  std::string text(length > 0 ? static_cast<std::size_t>(length) : 0, '\0');
  // The string's own terminator takes the final null character.
  std::vsnprintf(text.data(), text.size() + 1, pattern, again);
  va_end(again);
  return text;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t from_end = 3; from_end < digits.size(); from_end += 4)
    digits.insert(digits.size() - from_end, 1, ',');
  return digits;
}

std::string printable(std::string_view text) {
  return filtered(
      text, [](char32_t) { return false; }, escaped);
}

std::string printable_lines(std::string_view text) {
  return filtered(
      text, [](char32_t c) { return c == '\n'; }, escaped);
}

std::string printable_text(std::string_view text) {
  return filtered(
      text, [](char32_t c) { return c == '\n' || c == '\t'; }, escaped);
}

std::string printable_json(std::string_view json) {
  return filtered(
      json, [](char32_t c) { return c == '\n'; }, escaped_in_json);
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

double per_second(std::uint64_t amount, double seconds) {
  return seconds > 0 ? static_cast<double>(amount) / seconds : 0.0;
}

std::string speed_text(double bytes_per_second) {
  return bytes_per_second < 1000 ? format("%.0f B/s", bytes_per_second)
                                 : format("%.0f kB/s", bytes_per_second / 1000);
}

}  // namespace czip::tool
