#include "inspect/token_text.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "czip/base/utf8.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kLongestCharacter = 4;

// The length of the character of several bytes that begins at `at`; 0: none does.
std::size_t character_at(std::string_view text, std::size_t at) {
  const std::size_t length = utf8_form(static_cast<std::uint8_t>(text[at])).length;
  if (length < 2) return 0;
  Utf8Checker checker;
  return checker.add(text.substr(at, length)) && checker.complete() ? length : 0;
}

// Where the character ends that has the byte before `at` and begins before it; `at`: none does.
std::size_t end_of_character(std::string_view text, std::size_t at) {
  for (std::size_t back = 1; back < kLongestCharacter && back <= at; ++back)
    if (const std::size_t length = character_at(text, at - back); length > back)
      return at - back + length;
  return at;
}

}  // namespace

std::string_view characters_begun(std::span<const std::uint8_t> text, std::size_t at,
                                  std::size_t count) {
  const std::string_view all(reinterpret_cast<const char*>(text.data()), text.size());
  const std::size_t begin = end_of_character(all, at);
  const std::size_t end = end_of_character(all, at + count);
  return all.substr(begin, end - std::min(begin, end));
}

std::string page_text(std::string_view bytes) {
  std::string text;
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    const std::size_t end = std::min(bytes.find_first_of("\n\t", begin), bytes.size());
    text += printable(bytes.substr(begin, end - begin));
    if (end < bytes.size()) text += bytes[end];
    begin = end + 1;
  }
  return text;
}

}  // namespace czip::tool
