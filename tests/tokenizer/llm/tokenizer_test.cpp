// Segmentations worked out by hand, and any bytes there and back.
#include "czip/tokenizer/llm/tokenizer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "llm/merger.hpp"
#include "support/splitmix64.hpp"
#include "tokenizer/llm/descriptions.hpp"

namespace czip::llm {
namespace {

constexpr std::string_view kE = "\xc3\xa9";           // U+00E9
constexpr std::string_view kMiddle = "\xe4\xb8\xad";  // U+4E2D

Tokenizer tokenizer_of(const Description& description) {
  auto tokenizer = Tokenizer::create(description);
  REQUIRE_MESSAGE(tokenizer.has_value(), tokenizer.error().message);
  return *std::move(tokenizer);
}

Ids encoded(const Tokenizer& tokenizer, std::string_view text) {
  Ids ids;
  REQUIRE(tokenizer.encode(as_bytes(text), ids).has_value());
  return ids;
}

Ids encoded(const Description& description, std::string_view text) {
  return encoded(tokenizer_of(description), text);
}

std::string decoded(const Tokenizer& tokenizer, const Ids& ids) {
  std::string text;
  for (const TokenId id : ids) text += tokenizer.token(id);
  return text;
}

std::string repeated(std::string_view unit, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += unit;
  return text;
}

TEST_CASE("llm tokenizer: listed pairs merge in the order of the list") {
  const Strings tokens{"ab", "bc", "abc"};
  CHECK(encoded(with_pairs(tokens, {'b', 'c', 'a', 'b', 'a', 257}), "abc") == Ids{258});
  CHECK(encoded(with_pairs(tokens, {'a', 'b', 'b', 'c', 'a', 257}), "abc") == Ids{256, 'c'});
  CHECK(encoded(with_pairs(tokens, {'b', 'c'}), "abc") == Ids{'a', 257});
  CHECK(encoded(with_pairs(tokens, {}), "abc") == Ids{'a', 'b', 'c'});
}

TEST_CASE("llm tokenizer: tokens merge in their order, however they are made") {
  const Strings tokens{"ab", "bc", "abcd"};
  CHECK(encoded(with_order(tokens, {2, 1, 0}), "abc") == Ids{'a', 257});
  CHECK(encoded(with_order(tokens, {1, 2, 0}), "abc") == Ids{256, 'c'});
  // "abcd" has no part that is a token but for "ab" and "bc", so nothing merges into it.
  CHECK(encoded(with_order(tokens, {1, 2, 0}), "abcd") == Ids{256, 'c', 'd'});
  CHECK(encoded(with_order({"ab", "cd", "abcd"}, {9, 9, 9}), "abcd") == Ids{258});
}

TEST_CASE("llm tokenizer: of equals the leftmost merges first") {
  CHECK(encoded(with_pairs({"aa"}, {'a', 'a'}), "aaa") == Ids{256, 'a'});
  CHECK(encoded(with_order({"aa", "aaaa"}, {0, 1}), "aaaaaaa") == Ids{257, 256, 'a'});
  // Also where they give different tokens.
  CHECK(encoded(with_order({"bc", "ab"}, {7, 7}), "abc") == Ids{257, 'c'});
}

TEST_CASE("llm tokenizer: characters that are tokens, and bytes of those that are none") {
  Settings settings;
  settings.start = Start::characters;
  const Strings tokens{std::string(kE), std::string("e").append(kE)};
  const std::string text = std::string("e").append(kE).append(kMiddle) + "\xc3";
  const Ids middle{0xe4, 0xb8, 0xad};
  CHECK(encoded(with_pairs(tokens, {'e', 256}, settings), text) ==
        Ids{257, 0xe4, 0xb8, 0xad, 0xc3});
  CHECK(encoded(with_pairs(tokens, {}, settings), kE) == Ids{256});
  CHECK(encoded(with_pairs(tokens, {}, settings), kMiddle) == middle);
  // From bytes, nothing leads to the character.
  CHECK(encoded(with_pairs(tokens, {'e', 256}), text) ==
        Ids{'e', 0xc3, 0xa9, 0xe4, 0xb8, 0xad, 0xc3});
}

TEST_CASE("llm tokenizer: no token crosses pieces") {
  Settings settings;
  const Strings tokens{" a", "a ", "a b", " b"};
  const std::vector<std::uint32_t> merges{'a', ' ', 257, 'b', ' ', 'b'};
  CHECK(encoded(with_pairs(tokens, merges, settings), "a b") == Ids{258});
  settings.splitting = Splitting::gpt2;
  CHECK(encoded(with_pairs(tokens, merges, settings), "a b") == Ids{'a', 259});
}

TEST_CASE("llm tokenizer: a piece that is a token is whole where the settings say so") {
  Settings settings;
  settings.splitting = Splitting::gpt2;
  CHECK(encoded(with_pairs({"dog"}, {}, settings), "dog dog") ==
        Ids{'d', 'o', 'g', ' ', 'd', 'o', 'g'});
  settings.whole_pieces = true;
  CHECK(encoded(with_pairs({"dog"}, {}, settings), "dog dog") == Ids{256, ' ', 'd', 'o', 'g'});
}

TEST_CASE("llm tokenizer: long pieces are cut, between two characters if that is possible") {
  Settings settings;
  settings.splitting = Splitting::gpt2;
  const Ids threes =
      encoded(with_pairs({"aa", "aaa"}, {'a', 'a', 256, 'a'}, settings), std::string(5000, 'a'));
  // "aa" comes first everywhere, so "aaa" only behind an odd number of letters.
  CHECK(threes.size() == 2048 + 452);
  CHECK(encoded(with_pairs({"aa", "aaa"}, {'a', 'a', 256, 'a'}, settings), "aaa") == Ids{257});

  const Description middles =
      with_pairs({"\xe4\xb8", std::string(kMiddle)}, {0xe4, 0xb8, 256, 0xad}, settings);
  CHECK(encoded(middles, repeated(kMiddle, 9000)) == Ids(3000, 257));
  CHECK(encoded(middles, std::string(5000, '\x80')) == Ids(5000, 0x80));
}

TEST_CASE("llm tokenizer: a piece is cut where no token crosses without a change of its tokens") {
  // A token of four bytes out of two far apart merges in the middle of a long text.
  const Description description = with_order({"ab", "cd", "abcd", "d "}, {3, 2, 1, 0});
  std::string text;
  Ids expected;
  for (int i = 0; i < 3000; ++i) {
    text += "abcd ";
    for (const TokenId id : {256U, std::uint32_t{'c'}, 259U}) expected.push_back(id);
  }
  text += "abcd";
  expected.push_back(258);
  // No token has a space and an 'a' one behind the other.
  CHECK(encoded(description, text) == expected);
}

TEST_CASE(
    "llm tokenizer: cut where no token crosses or merged as a whole, random texts are the same") {
  test::SplitMix64 random(4);
  const Description description =
      with_order({"ab", "bca", "ca", " a", "  ", std::string(kE), std::string(kE) + "a"},
                 {3, 1, 4, 1, 5, 9, 2});
  const Tokenizer tokenizer = tokenizer_of(description);
  const auto vocabulary = Vocabulary::build(description.lengths, description.bytes);
  const auto merges = MergeTable::of_tokens(*vocabulary, description.order);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int i = 0; i < 300; ++i)
      text += "abc \xc3\xa9"[static_cast<std::size_t>(random.between(0, 5))];
    Ids whole;
    Merger(*vocabulary, *merges, Start::bytes).merge(text, whole);
    CHECK(encoded(tokenizer, text) == whole);
  }
}

TEST_CASE("llm tokenizer: ids that never come from text have no bytes") {
  Description description = with_pairs({"", "ab", ""}, {'a', 'b'});
  Settings settings;
  settings.vocabulary_size = 259;
  settings.first_token = 256;
  description.config = settings.words();
  const Tokenizer tokenizer = tokenizer_of(description);
  CHECK(tokenizer.vocabulary_size() == 259);
  CHECK(tokenizer.first_token() == TokenId{256});
  CHECK(tokenizer.settings() == settings);
  CHECK(tokenizer.token(256).empty());
  CHECK(tokenizer.token(257) == "ab");
  CHECK(tokenizer.token(258).empty());
  CHECK(tokenizer.token(259).empty());
  CHECK(tokenizer.token(0xffffffff).empty());
  CHECK(encoded(tokenizer, "ab") == Ids{257});
  CHECK_FALSE(tokenizer_of(with_pairs({}, {})).first_token().has_value());
}

TEST_CASE("llm tokenizer: tokens are appended; no text gives none") {
  const Tokenizer tokenizer = tokenizer_of(with_pairs({"ab"}, {'a', 'b'}));
  Ids ids{7};
  CHECK(tokenizer.encode(as_bytes("ab"), ids).has_value());
  CHECK(tokenizer.encode({}, ids).has_value());
  CHECK(ids == Ids{7, 256});
}

TEST_CASE("llm tokenizer: any bytes round-trip, whatever the settings") {
  test::SplitMix64 random(2);
  const Strings tokens{"ab", "  ", "\xc3\xa9", "1a", " a", "\xff\xff"};
  constexpr std::string_view kBytes = "ab 1\n'\xc3\xa9\xff\xe4\xb8\xad";
  for (int round = 0; round < 200; ++round) {
    Settings settings;
    settings.start = static_cast<Start>(random.between(0, 1));
    settings.splitting = static_cast<Splitting>(random.between(0, 6));
    settings.whole_pieces = random.between(0, 1) == 1;
    const Tokenizer tokenizer = tokenizer_of(
        random.between(0, 1) == 1
            ? with_order(tokens, {1, 2, 3, 4, 5, 6}, settings)
            : with_pairs(tokens, {'a', 'b', ' ', ' ', 0xc3, 0xa9, ' ', 'a'}, settings));
    std::string text;
    for (int i = random.between(0, 200); i > 0; --i)
      text += round % 2 == 0 ? static_cast<char>(random.between(0, 255))
                             : kBytes[static_cast<std::size_t>(random.between(
                                   0, static_cast<std::int32_t>(kBytes.size()) - 1))];
    CHECK(decoded(tokenizer, encoded(tokenizer, text)) == text);
  }
}

TEST_CASE("llm tokenizer: the work of merging is proportional to the part") {
  const Description description =
      with_order({"aa", "aaaa", "aaaaaaaa", "  ", "    ", "\xcc\x81\xcc\x81"}, {5, 4, 3, 2, 1, 0});
  auto vocabulary = Vocabulary::build(description.lengths, description.bytes);
  REQUIRE(vocabulary.has_value());
  auto merges = MergeTable::of_tokens(*vocabulary, description.order);
  REQUIRE(merges.has_value());
  for (const Start start : {Start::bytes, Start::characters})
    for (const std::string_view unit : {"a", " ", "\xcc\x81", "ab", "aaab", "a "}) {
      const std::string text = repeated(unit, 100'000);
      Merger merger(*vocabulary, *merges, start);
      Ids ids;
      merger.merge(text, ids);
      CHECK(merger.lookups() <= 3 * text.size());
    }
}

TEST_CASE("llm tokenizer: hostile texts of a megabyte come back") {
  Settings settings;
  settings.splitting = Splitting::llama3;
  const Tokenizer by_pairs =
      tokenizer_of(with_pairs({"aa", "aaaa", "  "}, {'a', 'a', 256, 256, ' ', ' '}, settings));
  const Tokenizer by_order = tokenizer_of(with_order({"aa", "aaaa", "  "}, {2, 1, 0}));
  for (const std::string_view unit : {"a", " ", "\xcc\x81", "\n", "1", "\xff"}) {
    const std::string text = repeated(unit, 1 << 20);
    CHECK(decoded(by_pairs, encoded(by_pairs, text)) == text);
    CHECK(decoded(by_order, encoded(by_order, text)) == text);
  }
}

}  // namespace
}  // namespace czip::llm
