// The history of czip-v2-coding.md, section 6. Hashes are composed here as that page composes them;
// hash_test.cpp has the numbers.
#include "czip/codec/v2/coding/history.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

struct Token {
  std::uint32_t rank;
  std::string bytes;
};

History history_of(const std::vector<Token>& tokens) {
  History history(tokens.size());
  for (const Token& token : tokens) history.append(token.rank, token.bytes);
  return history;
}

// One token for each byte, whose rank is its value.
History history_of_bytes(std::string_view text) {
  History history(text.size());
  for (const char c : text) history.append(static_cast<unsigned char>(c), std::string_view(&c, 1));
  return history;
}

std::uint64_t hash(std::uint64_t h, std::uint64_t v) { return hash_combine(h, v); }

// The hash of a word given in lower case.
std::uint64_t word_hash(std::string_view letters) {
  std::uint64_t h = 0;
  for (const char c : letters) h = hash(h, static_cast<unsigned char>(c) + 1u);
  return h;
}

}  // namespace

TEST_CASE("before the text there is nothing") {
  const History history(0);
  CHECK(history.size() == 0);
  CHECK(history.recent(1) == kNoToken);
  CHECK(history.last_bytes() == 0);
  CHECK(history.word() == 0);
  CHECK(history.past_word(0) == 0);
  CHECK(history.past_word(1) == 0);
  CHECK(history.indentation() == 0);
  CHECK(history.line_start() == 0);
  CHECK(history.previous_line_start() == 0);
  CHECK(history.above(0) == kNoToken);
  CHECK(history.field() == 0);
  CHECK(history.field_offset() == 0);
  CHECK(history.above_in_field() == kNoToken);
  CHECK(history.key() == 0);
  CHECK(history.bracket() == 0);
}

TEST_CASE("ranks are remembered, the last first") {
  const History history = history_of({{300, "ab"}, {7, "c"}, {8191, "defg"}});
  CHECK(history.size() == 3);
  CHECK(history.rank_at(0) == 300);
  CHECK(history.recent(1) == 8191);
  CHECK(history.recent(2) == 7);
  CHECK(history.recent(3) == 300);
  CHECK(history.recent(4) == kNoToken);
  CHECK((history.last_bytes() & 0xffffff) == 0x656667);  // "efg"
}

TEST_CASE("words are letters, digits, _ and bytes from 0x80, letters without case") {
  CHECK(history_of_bytes("aB_9").word() == word_hash("ab_9"));
  CHECK(history_of({{1, "aB"}, {2, "_9"}}).word() == word_hash("ab_9"));  // whatever the tokens
  CHECK(history_of_bytes("\xc3\xa4").word() == hash(hash(0, 0xc3 + 1), 0xa4 + 1));
  CHECK(history_of_bytes("Z").word() == hash(0, 'z' + 1));
  for (const char c : {'@', '[', '`', '{', '/', ':', '^', '-', '\x7f'}) {
    CHECK(history_of_bytes(std::string("a") + c).word() == 0);
  }
}

TEST_CASE("the last two words are kept; what is between words counts once") {
  const History history = history_of_bytes("one, two  three.");
  CHECK(history.word() == 0);
  CHECK(history.past_word(0) == word_hash("three"));
  CHECK(history.past_word(1) == word_hash("two"));
  const History inside = history_of_bytes("one\ntwo");
  CHECK(inside.word() == word_hash("two"));
  CHECK(inside.past_word(0) == word_hash("one"));
  CHECK(inside.past_word(1) == 0);
}

TEST_CASE("a line's start is the token with its first byte that is no white space") {
  // H(1, rank + 1)
  CHECK(history_of({{5, "ab"}, {6, "cd"}}).line_start() == hash(1, 6));
  CHECK(history_of({{5, "  "}, {6, " x"}, {7, "y"}}).line_start() == hash(1, 7));
  CHECK(history_of({{5, "  "}}).line_start() == 0);
  // A token that ends a line within itself starts the next one.
  const History history = history_of({{5, "a"}, {6, "b\nc"}});
  CHECK(history.line_start() == hash(1, 7));
  CHECK(history.previous_line_start() == hash(1, 6));
  const History ended = history_of({{5, "a"}, {6, "\n"}});
  CHECK(ended.line_start() == 0);
  CHECK(ended.previous_line_start() == hash(1, 6));
}

TEST_CASE("indentation counts a space as 1 and a tab as 8, up to the first other byte") {
  CHECK(history_of_bytes("  ").indentation() == 2);
  CHECK(history_of_bytes(" \t ").indentation() == 10);
  CHECK(history_of_bytes("  x  \t").indentation() == 2);
  CHECK(history_of_bytes("  x\n").indentation() == 0);
  CHECK(history_of_bytes("  x\n ").indentation() == 1);
}

TEST_CASE("what stands above is the first token of the line before at or past this column") {
  //   0         3         6     columns of the line before
  const std::vector<Token> line{{1, "abc"}, {2, "def"}, {3, "g"}, {4, "\n"}};
  const auto after = [&](const std::vector<Token>& more) {
    std::vector<Token> all = line;
    all.insert(all.end(), more.begin(), more.end());
    return history_of(all);
  };
  CHECK(after({}).above(0) == 1);
  CHECK(after({}).above(1) == 2);
  CHECK(after({{9, "x"}}).above(0) == 2);    // column 1: the token at 3
  CHECK(after({{9, "xyz"}}).above(0) == 2);  // column 3: that at 3
  CHECK(after({{9, "xyz"}}).above(1) == 3);
  CHECK(after({{9, "xyzu"}}).above(0) == 3);    // column 4: that at 6
  CHECK(after({{9, "xyzuvw"}}).above(1) == 4);  // the newline itself, at 7
  CHECK(after({{9, "xyzuvwt"}}).above(0) == 4);
  CHECK(after({{9, "xyzuvwts"}}).above(0) == kNoToken);
}

TEST_CASE("a line of nothing does not hide the line before it") {
  // "\n" alone is a line of one token and no columns.
  const History one = history_of({{1, "a"}, {2, "\n"}, {3, "\n"}});
  CHECK(one.above(0) == 1);
  CHECK(one.previous_line_start() == hash(1, 2));
  // A newline behind another in one token: the line of no tokens and no columns.
  CHECK(history_of({{1, "a"}, {2, "\n\n"}}).above(0) == 1);
  // White space makes a line.
  const History space = history_of({{1, "a"}, {2, "\n"}, {3, " "}, {4, "\n"}});
  CHECK(space.above(0) == 3);
  CHECK(space.previous_line_start() == 0);
}

TEST_CASE("fields are cut by , ; | and tab, and count the tokens since") {
  History history = history_of({{1, "a"}, {2, "b"}});
  CHECK(history.field() == 0);
  CHECK(history.field_offset() == 2);
  history.append(3, ",");  // the token with the comma belongs to the field before
  CHECK(history.field() == 1);
  CHECK(history.field_offset() == 0);
  history.append(4, "c");
  CHECK(history.field_offset() == 1);
  history.append(5, "d;e|\t");
  CHECK(history.field() == 4);
  CHECK(history.field_offset() == 0);
  history.append(6, "\n");
  CHECK(history.field() == 0);
  CHECK(history.field_offset() == 0);
}

TEST_CASE("the token above in the field has the same place in that field of the line before") {
  // Tokens of the line before: 1 2 , 4 5 ; 7 newline; its fields begin at 0, 3 and 6.
  const std::vector<Token> line{{1, "a"}, {2, "b"}, {3, ","}, {4, "c"},
                                {5, "d"}, {6, ";"}, {7, "e"}, {8, "\n"}};
  History history = history_of(line);
  CHECK(history.above_in_field() == 1);
  history.append(9, "x");
  CHECK(history.above_in_field() == 2);
  history.append(9, "|");
  CHECK(history.above_in_field() == 4);
  history.append(9, "x");
  CHECK(history.above_in_field() == 5);
  history.append(9, ",");
  CHECK(history.above_in_field() == 7);
  history.append(9, "x");
  CHECK(history.above_in_field() == 8);
  history.append(9, "x");
  CHECK(history.above_in_field() == kNoToken);  // past the line's last token
  history.append(9, ",");
  CHECK(history.above_in_field() == kNoToken);  // no third cut
}

TEST_CASE("a key is the last word before = : < or >, and the mark") {
  CHECK(history_of_bytes("name=").key() == hash(word_hash("name"), '='));
  CHECK(history_of_bytes("\"Name\" : 5, x").key() == hash(word_hash("name"), ':'));
  CHECK(history_of_bytes("a b<").key() == hash(word_hash("b"), '<'));
  CHECK(history_of_bytes("<b>\n\n").key() == hash(word_hash("b"), '>'));
  CHECK(history_of_bytes(":").key() == hash(0, ':'));
}

TEST_CASE("the innermost bracket is named by itself and the token before it") {
  const auto opened = [](std::uint64_t mark, std::uint64_t before) {
    return hash(hash(mark, before + 1), 7);
  };
  History history(16);
  history.append(40, "(");
  CHECK(history.bracket() == opened('(', kNoToken));
  history.append(41, "f[");  // the token before is the one before this, not a part of it
  CHECK(history.bracket() == opened('[', 40));
  history.append(42, "\"");
  CHECK(history.bracket() == opened('"', 41));
  history.append(43, "\"");  // a quote closes itself
  CHECK(history.bracket() == opened('[', 40));
  history.append(44, ")");  // closes nothing: [ is innermost
  CHECK(history.bracket() == opened('[', 40));
  history.append(45, "]");
  CHECK(history.bracket() == opened('(', kNoToken));
  history.append(46, "\n");  // lines do not close brackets
  CHECK(history.bracket() == opened('(', kNoToken));
  history.append(47, ")");
  CHECK(history.bracket() == 0);
  history.append(48, "<{");
  CHECK(history.bracket() == opened('{', 47));
  history.append(49, "}>");
  CHECK(history.bracket() == 0);
}

TEST_CASE("of brackets, the last 32 are remembered, and the depth goes on") {
  History history(100);
  for (std::uint32_t i = 0; i < 33; ++i) history.append(i, i == 32 ? "[" : "(");
  history.append(100, "]");
  CHECK(history.bracket() == hash(hash('(', 31), 7));  // number 31, after token 30
  for (int i = 0; i < 31; ++i) history.append(100, ")");
  // Number 0 was in the place of number 32, which still says "[".
  CHECK(history.bracket() == hash(hash('[', 32), 7));
  history.append(100, ")");
  CHECK(history.bracket() == hash(hash('[', 32), 7));
  history.append(100, "]");
  CHECK(history.bracket() == 0);
}

TEST_CASE("a line of 4096 tokens is ended there") {
  History history(5000);
  for (std::uint32_t i = 0; i < 4095; ++i) history.append(i, "x");
  CHECK(history.above(0) == kNoToken);
  CHECK(history.field_offset() == 4095);
  history.append(4095, "x");
  CHECK(history.above(0) == 0);
  CHECK(history.above(1) == 1);
  CHECK(history.field_offset() == 0);
  CHECK(history.line_start() == 0);
  CHECK(history.previous_line_start() == hash(1, 1));
  history.append(5000, "yz");
  CHECK(history.above(0) == 2);
}

}  // namespace czip::v2
