#include "czip/base/utf8.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace czip {
namespace {

// Each begins with no character: continuation bytes, overlong forms, surrogates, code points above
// U+10FFFF, characters that are cut off or interrupted.
constexpr std::string_view kBad[] = {
    "\x80",         "\xbf",         "\xc0\x80",         "\xc1\xbf",         "\xc2",
    "\xc2 ",        "\xe0\x9f\xbf", "\xed\xa0\x80",     "\xed\xbf\xbf",     "\xe2\x82",
    "\xe2\x82 ",    "\xe1\x80\xc0", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
    "\xf0\x9f\x98", "\xff",         "\xf0\x9f\x98 ",    "\xc2\xc2\xa9"};

// The first and last characters of each row of the standard's table 3-7.
constexpr std::string_view kGood[] = {
    "",
    "a",
    "\x7f",
    "plain text of some length",
    "\xc2\x80",
    "\xdf\xbf",
    "\xe0\xa0\x80",
    "\xe0\xbf\xbf",
    "\xe1\x80\x80",
    "\xec\xbf\xbf",
    "\xed\x80\x80",
    "\xed\x9f\xbf",
    "\xee\x80\x80",
    "\xef\xbf\xbf",
    "\xf0\x90\x80\x80",
    "\xf0\xbf\xbf\xbf",
    "\xf1\x80\x80\x80",
    "\xf3\xbf\xbf\xbf",
    "\xf4\x80\x80\x80",
    "\xf4\x8f\xbf\xbf",
    "12345678abc\xed\x9f\xbf\xee\x80\x80",
};

TEST_CASE("the valid prefix of text ends before the first byte that is not UTF-8") {
  CHECK(valid_utf8_prefix(std::string_view("\0\0", 2)) == 2);
  for (const std::string_view good : kGood) {
    CAPTURE(good);
    CHECK(valid_utf8_prefix(good) == good.size());
  }
  for (const std::string_view bad : kBad) {
    CAPTURE(bad);
    CHECK(valid_utf8_prefix(bad) == 0);
    CHECK(valid_utf8_prefix("ASCII before it\xc3\xa9" + std::string(bad) + "x") == 17);
  }
}

TEST_CASE("the checker sees the same wherever the text is cut") {
  const auto check = [](std::string_view text, bool valid) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      CAPTURE(text);
      CAPTURE(cut);
      Utf8Checker checker;
      checker.add(text.substr(0, cut));
      checker.add(text.substr(cut));
      CHECK(checker.complete() == valid);
    }
  };
  for (const std::string_view good : kGood) check(good, true);
  for (const std::string_view bad : kBad) check(bad, false);
}

TEST_CASE("the checker tells the beginning of a character from what cannot go on") {
  Utf8Checker checker;
  CHECK(checker.add("ab\xf0\x9f"));
  CHECK_FALSE(checker.complete());
  CHECK(checker.add("\x98\x80"));
  CHECK(checker.complete());
  CHECK_FALSE(checker.add("\xe0\x80"));
  CHECK_FALSE(checker.add("a"));  // stays
  CHECK_FALSE(checker.complete());
}

TEST_CASE("Latin-1 and its UTF-8 are each other's inverse; other code points are refused") {
  std::string latin1;
  for (int byte = 0; byte < 256; ++byte) latin1 += static_cast<char>(byte);
  CHECK(utf8_from_latin1("a\x80\xff") == "a\xc2\x80\xc3\xbf");
  CHECK(latin1_from_utf8("a\xc2\x80\xc3\xbf") == "a\x80\xff");
  CHECK(latin1_from_utf8(utf8_from_latin1(latin1)) == latin1);
  for (const char* other : {"\xc4\x80", "\xe2\x82\xac", "\xc3", "\xc0\x80", "a\x80", "\xc3\xc3"})
    CHECK_FALSE(latin1_from_utf8(other).has_value());
}

}  // namespace
}  // namespace czip
