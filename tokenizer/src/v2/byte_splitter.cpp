#include "v2/byte_splitter.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace czip::v2 {
namespace {

enum class ByteClass : std::uint8_t { letter, digit, punctuation, space, tab, newline };

constexpr ByteClass classify(unsigned byte) {
  if (byte >= 0x80 || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z')) {
    return ByteClass::letter;
  }
  if (byte >= '0' && byte <= '9') return ByteClass::digit;
  if (byte == ' ') return ByteClass::space;
  if (byte == '\t') return ByteClass::tab;
  if (byte == '\n' || byte == '\r') return ByteClass::newline;
  return ByteClass::punctuation;
}

constexpr std::array<ByteClass, 256> kClasses = [] {
  std::array<ByteClass, 256> classes{};
  for (unsigned byte = 0; byte < 256; ++byte) classes[byte] = classify(byte);
  return classes;
}();

ByteClass class_of(char byte) { return kClasses[static_cast<unsigned char>(byte)]; }

// Letters, digits and punctuation: their piece takes the space before it.
bool is_visible(ByteClass kind) { return kind <= ByteClass::punctuation; }

bool is_blank(ByteClass kind) { return kind == ByteClass::space || kind == ByteClass::tab; }

bool is_utf8_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

template <class IsPart>
std::size_t run_end(std::string_view text, std::size_t begin, std::size_t limit, IsPart is_part) {
  const std::size_t stop = begin + std::min(limit, text.size() - begin);
  std::size_t end = begin;
  while (end < stop && is_part(class_of(text[end]))) ++end;
  return end;
}

std::size_t run_end(std::string_view text, std::size_t begin, std::size_t limit, ByteClass kind) {
  return run_end(text, begin, limit, [kind](ByteClass other) { return other == kind; });
}

std::size_t letters_end(std::string_view text, std::size_t begin) {
  const std::size_t end = run_end(text, begin, kMaxLetterRun, ByteClass::letter);
  if (end == text.size() || class_of(text[end]) != ByteClass::letter) return end;
  for (std::size_t cut = end; cut > begin; --cut) {
    if (!is_utf8_continuation(text[cut])) return cut;
  }
  return end;
}

std::size_t blanks_end(std::string_view text, std::size_t begin) {
  const std::size_t end = run_end(text, begin, kMaxBlankRun, is_blank);
  const bool leaves_space =
      text[end - 1] == ' ' && end < text.size() && is_visible(class_of(text[end]));
  return leaves_space ? end - 1 : end;
}

// Whether the apostrophe begins a piece with the letters behind it, as in "don't".
bool is_inner_apostrophe(std::string_view text, std::size_t at) {
  return text[at] == '\'' && at > 0 && class_of(text[at - 1]) == ByteClass::letter &&
         at + 1 < text.size() && class_of(text[at + 1]) == ByteClass::letter;
}

}  // namespace

std::size_t piece_end(std::string_view text, std::size_t begin) {
  if (is_inner_apostrophe(text, begin)) return letters_end(text, begin + 1);
  const bool takes_space =
      text[begin] == ' ' && begin + 1 < text.size() && is_visible(class_of(text[begin + 1]));
  const std::size_t body = takes_space ? begin + 1 : begin;
  switch (class_of(text[body])) {
    case ByteClass::letter:
      return letters_end(text, body);
    case ByteClass::digit:
      return body + 1;
    case ByteClass::punctuation:
      return run_end(text, body, kMaxPunctuationRun, ByteClass::punctuation);
    case ByteClass::newline:
      return run_end(text, body, kMaxNewlineRun, ByteClass::newline);
    case ByteClass::space:
    case ByteClass::tab:
      break;
  }
  return blanks_end(text, body);
}

}  // namespace czip::v2
