// Pieces worked out by hand from the patterns that stand at llm::Splitting.
#include "llm/splitter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "llm/unicode_classes.hpp"
#include "support/splitmix64.hpp"
#include "tokenizer/llm/descriptions.hpp"

namespace czip::llm {
namespace {

constexpr std::array kAllRules{Splitting::none,  Splitting::gpt2,   Splitting::llama3,
                               Splitting::qwen2, Splitting::smollm, Splitting::llama_cpp,
                               Splitting::lines};

Strings pieces(Splitting rule, std::string_view text) {
  Strings all;
  Splitter(rule).split(text, [&all](std::string_view piece) { all.emplace_back(piece); });
  return all;
}

Strings gpt2(std::string_view text) { return pieces(Splitting::gpt2, text); }
Strings llama3(std::string_view text) { return pieces(Splitting::llama3, text); }

TEST_CASE("unicode classes: at the ends of their ranges") {
  CHECK(class_of(0) == CharacterClass::other);
  CHECK(class_of('\t') == CharacterClass::space);
  CHECK(class_of(' ') == CharacterClass::space);
  CHECK(class_of('!') == CharacterClass::punctuation);
  CHECK(class_of('$') == CharacterClass::other);  // a symbol
  CHECK(class_of('/') == CharacterClass::punctuation);
  CHECK(class_of('0') == CharacterClass::number);
  CHECK(class_of('9') == CharacterClass::number);
  CHECK(class_of(':') == CharacterClass::punctuation);
  CHECK(class_of('@') == CharacterClass::punctuation);
  CHECK(class_of('A') == CharacterClass::letter);
  CHECK(class_of('z') == CharacterClass::letter);
  CHECK(class_of('{') == CharacterClass::punctuation);
  CHECK(class_of(0x85) == CharacterClass::space);
  CHECK(class_of(0xbd) == CharacterClass::number);  // one half
  CHECK(class_of(0x301) == CharacterClass::other);  // a combining mark
  CHECK(class_of(0x3000) == CharacterClass::space);
  CHECK(class_of(0x4e00) == CharacterClass::letter);
  CHECK(class_of(0x9fff) == CharacterClass::letter);
  CHECK(class_of(0x1f600) == CharacterClass::other);
  CHECK(class_of(0x10ffff) == CharacterClass::other);
  CHECK(class_of(0xffffffff) == CharacterClass::other);
}

TEST_CASE("splitter: gpt-2") {
  CHECK(gpt2("Hello, world!") == Strings{"Hello", ",", " world", "!"});
  CHECK(gpt2("it's we'll I'LL 'x'") ==
        Strings{"it", "'s", " we", "'ll", " I", "'", "LL", " '", "x", "'"});
  CHECK(gpt2("a1 23 4") == Strings{"a", "1", " 23", " 4"});
  CHECK(gpt2("a  b") == Strings{"a", " ", " b"});
  CHECK(gpt2("a \n b") == Strings{"a", " \n", " b"});
  CHECK(gpt2("a\n\nb") == Strings{"a", "\n", "\n", "b"});
  CHECK(gpt2("a  ") == Strings{"a", "  "});
  CHECK(gpt2("\tb\t") == Strings{"\t", "b", "\t"});
  CHECK(gpt2(" ...x") == Strings{" ...", "x"});
  CHECK(gpt2("'") == Strings{"'"});
  CHECK(gpt2("'re'r") == Strings{"'re", "'", "r"});
}

TEST_CASE("splitter: llama 3") {
  CHECK(llama3("Hello, world!") == Strings{"Hello", ",", " world", "!"});
  CHECK(llama3("it's I'LL 'x") == Strings{"it", "'s", " I", "'LL", " '", "x"});
  CHECK(llama3("a(b) \tc") == Strings{"a", "(b", ")", " ", "\tc"});
  CHECK(llama3("1234 56") == Strings{"123", "4", " ", "56"});
  CHECK(llama3("x;\r\n\n  y") == Strings{"x", ";\r\n\n", " ", " y"});
  CHECK(llama3(" \n \n  y") == Strings{" \n \n", " ", " y"});
  CHECK(llama3("\ny") == Strings{"\n", "y"});
  CHECK(llama3("a \n") == Strings{"a", " \n"});
  CHECK(llama3("a   ") == Strings{"a", "   "});
  CHECK(llama3(" ") == Strings{" "});
}

TEST_CASE("splitter: qwen2 has each number by itself") {
  CHECK(pieces(Splitting::qwen2, "a123 4") == Strings{"a", "1", "2", "3", " ", "4"});
  CHECK(pieces(Splitting::qwen2, "x \xc2\xbd\xc2\xbd") ==
        Strings{"x", " ", "\xc2\xbd", "\xc2\xbd"});
}

TEST_CASE("splitter: smollm has each number by itself, and gpt-2's pieces between them") {
  CHECK(pieces(Splitting::smollm, "a12 b  3c") == Strings{"a", "1", "2", " b", "  ", "3", "c"});
  CHECK(pieces(Splitting::smollm, "7") == Strings{"7"});
}

TEST_CASE("splitter: llama.cpp's default") {
  CHECK(pieces(Splitting::llama_cpp, "a, b==1234567 8") ==
        Strings{"a", ",", " b", "==", "123", "456", "7", " ", "8"});
  // The space ends its fragment, and so do two.
  CHECK(pieces(Splitting::llama_cpp, "a  (b)") == Strings{"a", "  ", "(", "b", ")"});
  CHECK(pieces(Splitting::llama_cpp,
               "1\xc2\xbd"
               "2345") == Strings{"1\xc2\xbd", "234", "5"});
}

TEST_CASE("splitter: lines, and no splitting") {
  CHECK(pieces(Splitting::lines, "a b\n\n\nc") == Strings{"a b", "\n\n\n", "c"});
  CHECK(pieces(Splitting::lines, "\n") == Strings{"\n"});
  CHECK(pieces(Splitting::none, "a b\n") == Strings{"a b\n"});
}

TEST_CASE("splitter: characters of all lengths, and bytes that are none") {
  CHECK(gpt2("\xd0\xb9\xe4\xb8\xad\xf0\x90\x90\x80 \xf0\x9f\x98\x80") ==
        Strings{"\xd0\xb9\xe4\xb8\xad\xf0\x90\x90\x80", " \xf0\x9f\x98\x80"});
  CHECK(gpt2("e\xcc\x81") == Strings{"e", "\xcc\x81"});
  CHECK(gpt2("a\xff\x80\xe4\xb8") == Strings{"a", "\xff\x80\xe4\xb8"});
  CHECK(gpt2("\xc3 a\xed\xa0\x80") == Strings{"\xc3", " a", "\xed\xa0\x80"});
  CHECK(gpt2("\xe3\x80\x80\xc2\xa0x") == Strings{"\xe3\x80\x80", "\xc2\xa0", "x"});
}

TEST_CASE("splitter: pieces put together are the text, whatever it is") {
  test::SplitMix64 random(1);
  constexpr std::string_view kBytes = " \n\r\ta1'sS.$\xc2\xbd\xcc\x81\xe4\xb8\xad\xff";
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = random.between(0, 60); i > 0; --i)
      text += kBytes[static_cast<std::size_t>(
          random.between(0, static_cast<std::int32_t>(kBytes.size()) - 1))];
    for (const Splitting rule : kAllRules) {
      std::string back;
      for (const std::string& piece : pieces(rule, text)) {
        CHECK_FALSE(piece.empty());
        back += piece;
      }
      CHECK(back == text);
    }
  }
}

TEST_CASE("splitter: the work is proportional to the text") {
  const Strings units{"a",  " ",     "\n",       "\n ", " \n",  "'",        "1",  ".",
                      "a ", "  \n.", "\xcc\x81", " 1",  "\xff", "\xc2\x85", "'r", "\t"};
  for (const std::string& unit : units)
    for (const std::string& tail : {std::string(), std::string("x"), std::string("\nx")}) {
      std::string text;
      while (text.size() < 100'000) text += unit;
      text += tail;
      for (const Splitting rule : kAllRules) {
        Splitter splitter(rule);
        splitter.split(text, [](std::string_view) {});
        CHECK(splitter.characters_read() <= Splitter::kMostReads * text.size());
      }
    }
}

}  // namespace
}  // namespace czip::llm
