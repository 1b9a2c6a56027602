// The byte tokenizer: any bytes, the split rules, merging and training against plain
// implementations, and hostile tables.
#include "czip/tokenizer/v2/tokenizer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/tokenizer/v2/tokenizer_trainer.hpp"
#include "v2/byte_splitter.hpp"

namespace czip::v2 {
namespace {

using Strings = std::vector<std::string>;

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string english() {
  std::ifstream file(CZIP_CONFORMANCE_DIR "/v1/english.txt", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  REQUIRE(text.size() > 1000);
  return text;
}

std::string all_bytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

Strings single_bytes() {
  Strings tokens;
  for (const char byte : all_bytes()) tokens.emplace_back(1, byte);
  return tokens;
}

Strings tokens_with(const Strings& merged) {
  Strings tokens = single_bytes();
  tokens.insert(tokens.end(), merged.begin(), merged.end());
  return tokens;
}

Strings trained(std::string_view text, std::uint32_t vocabulary_size) {
  TokenizerTrainer trainer;
  REQUIRE(trainer.add(as_bytes(text)));
  auto tokens = trainer.train(vocabulary_size);
  REQUIRE(tokens);
  return *tokens;
}

Tokenizer tokenizer_of(const Strings& tokens) {
  auto tokenizer = Tokenizer::create(tokens);
  REQUIRE(tokenizer);
  return std::move(*tokenizer);
}

Tokenizer english_tokenizer() { return tokenizer_of(trained(english(), 400)); }

std::vector<TokenId> encoded(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<TokenId> tokens;
  REQUIRE(tokenizer.encode(as_bytes(text), tokens));
  return tokens;
}

std::string decoded(const Tokenizer& tokenizer, const std::vector<TokenId>& tokens) {
  std::string text;
  for (const TokenId id : tokens) text += tokenizer.token(id);
  return text;
}

Strings pieces(std::string_view text) {
  Strings pieces;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = piece_end(text, begin);
    REQUIRE(end > begin);
    REQUIRE(end <= text.size());
    REQUIRE(end - begin <= kMaxPieceBytes);
    pieces.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return pieces;
}

// Bytes of `alphabet`, at random.
std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t size) {
  std::string text;
  while (text.size() < size) text += alphabet[random() % alphabet.size()];
  return text;
}

constexpr std::string_view kEveryClass = "abcZ09 \t\n\r.,'\x01\x80\xBF\xC3\xE3\xFF";

// Merges as the header says, without any optimization.
std::vector<TokenId> naive_tokens(const Strings& tokens, std::string_view text) {
  std::map<std::string, TokenId> ids;
  for (const std::string& token : tokens) ids.emplace(token, static_cast<TokenId>(ids.size()));
  std::vector<TokenId> out;
  for (const std::string& piece : pieces(text)) {
    Strings parts;
    for (const char byte : piece) parts.emplace_back(1, byte);
    for (;;) {
      TokenId least = 0xFFFFFFFFU;
      std::size_t place = 0;
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const auto merged = ids.find(parts[i] + parts[i + 1]);
        if (merged == ids.end() || merged->second >= least) continue;
        least = merged->second;
        place = i;
      }
      if (least == 0xFFFFFFFFU) break;
      parts[place] += parts[place + 1];
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(place) + 1);
    }
    for (const std::string& part : parts) out.push_back(ids.at(part));
  }
  return out;
}

// Trains by counting all pairs anew for every merge.
Strings naive_training(std::string_view text, std::size_t vocabulary_size) {
  Strings tokens = single_bytes();
  std::vector<std::vector<TokenId>> words;
  for (const std::string& piece : pieces(text)) {
    auto& word = words.emplace_back();
    for (const char byte : piece) word.push_back(static_cast<unsigned char>(byte));
  }
  while (tokens.size() < vocabulary_size) {
    std::map<std::pair<TokenId, TokenId>, std::uint64_t> counts;
    for (const auto& word : words) {
      for (std::size_t i = 0; i + 1 < word.size(); ++i) ++counts[{word[i], word[i + 1]}];
    }
    // The first of the largest, and the map is in the order of ids.
    const auto best = std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) {
                        return a.second < b.second;
                      })->first;
    const std::string bytes = tokens[best.first] + tokens[best.second];
    const auto known = std::find(tokens.begin(), tokens.end(), bytes);
    const auto merged = static_cast<TokenId>(known - tokens.begin());
    if (known == tokens.end()) tokens.push_back(bytes);
    for (auto& word : words) {
      std::vector<TokenId> shorter;
      for (std::size_t i = 0; i < word.size(); ++i) {
        const bool is_pair =
            i + 1 < word.size() && word[i] == best.first && word[i + 1] == best.second;
        shorter.push_back(is_pair ? merged : word[i]);
        if (is_pair) ++i;
      }
      word = shorter;
    }
  }
  return tokens;
}

TEST_CASE("words and numbers take the space before them") {
  CHECK(pieces("The year 1984, and  so on") ==
        Strings{"The", " year", " 1", "9", "8", "4", ",", " and", " ", " so", " on"});
  CHECK(pieces("f(x) == 2 ;") == Strings{"f", "(", "x", ")", " ==", " 2", " ;"});
}

TEST_CASE("an apostrophe between letters joins the letters behind it") {
  CHECK(pieces("I don't, she'll") == Strings{"I", " don", "'t", ",", " she", "'ll"});
  CHECK(pieces("l\xE2\x80\x99") == Strings{"l\xE2\x80\x99"});
  CHECK(pieces("\xC3\xA9't") == Strings{"\xC3\xA9", "'t"});
  CHECK(pieces("'tis the dogs' 5's x.'y''z") ==
        Strings{"'", "tis", " the", " dogs", "'", " 5", "'", "s", " x", ".'", "y", "''", "z"});
}

TEST_CASE("newlines are pieces of their own and indentation leaves its last space") {
  CHECK(pieces("a\n\n    b\r\n \t\tc") == Strings{"a", "\n\n", "   ", " b", "\r\n", " \t\t", "c"});
  CHECK(pieces("a  \n ") == Strings{"a", "  ", "\n", " "});
  CHECK(pieces("\t x \t") == Strings{"\t", " x", " \t"});
}

TEST_CASE("control bytes count as punctuation and bytes from 0x80 as letters") {
  using namespace std::string_literals;
  CHECK(pieces("a\0\x1F;b\x7F"s) == Strings{"a", "\0\x1F;"s, "b", "\x7F"});
  CHECK(pieces(" \x80z\xFF 1") == Strings{" \x80z\xFF", " 1"});
}

TEST_CASE("a long run is cut at its limit") {
  CHECK(pieces(" " + std::string(50, 'x')) ==
        Strings{" " + std::string(40, 'x'), std::string(10, 'x')});
  CHECK(pieces("x'" + std::string(41, 'y')) == Strings{"x", "'" + std::string(40, 'y'), "y"});
  CHECK(pieces(" " + std::string(17, '-')) == Strings{" " + std::string(16, '-'), "-"});
  CHECK(pieces(std::string(17, '\n')) == Strings{std::string(16, '\n'), "\n"});
  CHECK(pieces(std::string(65, ' ')) == Strings{std::string(64, ' '), " "});
  CHECK(pieces(std::string(64, ' ') + "x") == Strings{std::string(63, ' '), " x"});
  CHECK(pieces(std::string(65, ' ') + "x") == Strings{std::string(64, ' '), " x"});
}

TEST_CASE("a long run of letters is cut between characters of UTF-8") {
  std::string kana;
  for (int i = 0; i < 20; ++i) kana += "\xE3\x81\x82";
  CHECK(pieces(kana) == Strings{kana.substr(0, 39), kana.substr(39)});
  CHECK(pieces(kana.substr(0, 40)) == Strings{kana.substr(0, 40)});
  // Where no byte begins a character, there is nothing to keep together.
  CHECK(pieces(std::string(50, '\x80')) ==
        Strings{std::string(40, '\x80'), std::string(10, '\x80')});
  CHECK(pieces("x" + std::string(45, '\xBF')) ==
        Strings{"x" + std::string(39, '\xBF'), std::string(6, '\xBF')});
}

TEST_CASE("the pieces of random bytes put together are the bytes") {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_text(random, kEveryClass.substr(random() % 12), 300);
    std::string together;
    for (const std::string& piece : pieces(text)) together += piece;
    REQUIRE(together == text);
  }
}

TEST_CASE("any bytes come back from their tokens") {
  const Tokenizer tokenizer = english_tokenizer();
  std::mt19937 random(2);
  Strings texts{"", english(), all_bytes(), "\xC3", "\xE3\x81 \xF4\x90\x80\x80\xED\xA0\x80"};
  for (const char byte : all_bytes()) texts.emplace_back(1, byte);
  for (int round = 0; round < 20; ++round) {
    texts.push_back(random_text(random, all_bytes(), 5000));
    texts.push_back(random_text(random, kEveryClass, 5000));
  }
  for (const std::string& text : texts) {
    REQUIRE(decoded(tokenizer, encoded(tokenizer, text)) == text);
  }
}

TEST_CASE("encoding appends to what is there") {
  const Tokenizer tokenizer = english_tokenizer();
  std::vector<TokenId> tokens{7};
  REQUIRE(tokenizer.encode(as_bytes("ab"), tokens));
  REQUIRE(tokenizer.encode(as_bytes("ab"), tokens));
  CHECK(decoded(tokenizer, tokens) ==
        "\x07"
        "abab");
}

TEST_CASE("merging is that of a plain implementation") {
  const std::string text = english();
  std::mt19937 random(3);
  for (const std::string_view alphabet : {std::string_view("ab"), std::string_view("abc  "),
                                          std::string_view("the ,\n"), kEveryClass}) {
    const std::string random_bytes = random_text(random, alphabet, 3000);
    const Strings tokens = trained(random_bytes + text, 360);
    const Tokenizer tokenizer = tokenizer_of(tokens);
    const std::string other = random_text(random, alphabet, 3000);
    CHECK(encoded(tokenizer, random_bytes) == naive_tokens(tokens, random_bytes));
    CHECK(encoded(tokenizer, other) == naive_tokens(tokens, other));
    CHECK(encoded(tokenizer, text) == naive_tokens(tokens, text));
  }
}

TEST_CASE("the tokens of lower id merge first, the leftmost of equals") {
  const Tokenizer tokenizer = tokenizer_of(tokens_with({"bc", "ab", "aa", "abc"}));
  CHECK(encoded(tokenizer, "abc") == std::vector<TokenId>{259});
  CHECK(encoded(tokenizer, "abd") == std::vector<TokenId>{257, 'd'});
  CHECK(encoded(tokenizer, "aaa") == std::vector<TokenId>{258, 'a'});
}

TEST_CASE("a megabyte without a break is no more work than text of that size") {
  // Work that grew with the square of the length would not end: 2^40 steps.
  const Tokenizer tokenizer = english_tokenizer();
  for (const std::string_view part : {"x", "e", "\xE3\x81\x82", "\x80", " ", ".", "\n"}) {
    std::string text;
    while (text.size() < (std::size_t{1} << 20)) text += part;
    CHECK(decoded(tokenizer, encoded(tokenizer, text)) == text);
  }
}

TEST_CASE("training takes the most frequent pair each time, the smaller ids of equals") {
  CHECK(trained("ab ab cd cd", 257).back() == " c");  // twice, as ab and cd
  std::mt19937 random(4);
  const std::string text = english();
  CHECK(trained(text, 400) == naive_training(text, 400));
  // Long runs, and tokens that can be made in several ways.
  for (const std::string_view alphabet : {"a", "aab", "ab", "abcd ", "==-", "\n \t"}) {
    const std::string bytes = random_text(random, alphabet, 4000);
    const std::uint32_t size = alphabet.size() == 1 ? 260 : 290;
    CHECK(trained(bytes, size) == naive_training(bytes, size));
  }
}

TEST_CASE("training learns \" the\" from English") {
  const Strings tokens = trained(english(), 300);
  CHECK(std::find(tokens.begin(), tokens.end(), " the") != tokens.end());
}

TEST_CASE("training depends on the pieces only, not on their order or on the calls") {
  const std::string text = english();
  TokenizerTrainer trainer;
  for (std::size_t begin = text.size(); begin > 0;) {
    const std::size_t end = begin;
    do {
      --begin;
    } while (begin > 0 && !(text[begin] == ' ' && text[begin + 1] != ' '));
    REQUIRE(trainer.add(as_bytes(text.substr(begin, end - begin))));
  }
  const auto tokens = trainer.train(400);
  REQUIRE(tokens);
  CHECK(*tokens == trained(text, 400));
}

TEST_CASE("a smaller vocabulary is the beginning of a larger one") {
  const Strings large = trained(english(), 400);
  CHECK(trained(english(), 300) == Strings(large.begin(), large.begin() + 300));
}

TEST_CASE("training makes no token longer than allowed, and stops where pairs end") {
  const std::string blanks(64 * 10, ' ');
  const Strings tokens = trained(blanks, 262);
  CHECK(tokens.back() == std::string(64, ' '));
  CHECK(Tokenizer::create(tokens));
  TokenizerTrainer trainer;
  REQUIRE(trainer.add(as_bytes(blanks)));
  CHECK(trainer.train(256));
  for (const std::uint32_t size : {0U, 255U, 263U, 65'537U}) {
    const auto refused = trainer.train(size);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("a tokenizer comes back from its lengths and bytes") {
  const Strings tokens = trained(english(), 400);
  const Tokenizer tokenizer = tokenizer_of(tokens);
  const auto parsed = Tokenizer::parse(tokenizer.lengths(), tokenizer.bytes());
  REQUIRE(parsed);
  REQUIRE(parsed->vocabulary_size() == 400);
  for (TokenId id = 0; id < 400; ++id) CHECK(parsed->token(id) == tokens[id]);
  CHECK(parsed->token(400).empty());

  const auto smallest = Tokenizer::parse({}, {});
  REQUIRE(smallest);
  CHECK(encoded(*smallest, all_bytes()).size() == 256);
}

TEST_CASE("tables that are not a tokenizer's are refused") {
  const auto refused = [](const Strings& tokens) {
    const auto tokenizer = Tokenizer::create(tokens);
    return !tokenizer && tokenizer.error().code == ErrorCode::corrupt;
  };
  CHECK(refused({}));
  Strings tokens = single_bytes();
  tokens.pop_back();
  CHECK(refused(tokens));
  tokens = single_bytes();
  std::swap(tokens[1], tokens[2]);
  CHECK(refused(tokens));
  tokens = single_bytes();
  tokens['a'] = "ab";
  CHECK(refused(tokens));

  CHECK(refused(tokens_with({""})));
  CHECK(refused(tokens_with({"a"})));
  CHECK(refused(tokens_with({"ab", "ab"})));
  CHECK(refused(tokens_with({"abc"})));
  CHECK(refused(tokens_with({"abc", "ab"})));  // made of a later token
  CHECK(refused(tokens_with({"ab", "abab", "abcd"})));

  Strings doubling;
  for (std::size_t size = 2; size <= 64; size *= 2) doubling.emplace_back(size, 'a');
  CHECK(Tokenizer::create(tokens_with(doubling)));
  doubling.emplace_back(65, 'a');
  CHECK(refused(tokens_with(doubling)));

  Strings many = single_bytes();
  for (std::size_t i = 0; many.size() < Tokenizer::kMaxTokens; ++i) {
    many.push_back({static_cast<char>(i & 0xFF), static_cast<char>(i >> 8)});
  }
  CHECK(Tokenizer::create(many));
  many.emplace_back("\xFF\xFF");
  CHECK(refused(many));
}

TEST_CASE("lengths and bytes that do not fit each other are refused") {
  const std::vector<std::uint8_t> bytes{'a', 'b', 'c', 'd'};
  const auto code = [&](const std::vector<std::uint8_t>& lengths) {
    const auto tokenizer = Tokenizer::parse(lengths, bytes);
    return tokenizer ? ErrorCode{} : tokenizer.error().code;
  };
  CHECK(code({2, 2}) == ErrorCode{});
  CHECK(code({2}) == ErrorCode::corrupt);
  CHECK(code({2, 3}) == ErrorCode::truncated);
  CHECK(code({2, 255}) == ErrorCode::truncated);
  CHECK(code({2, 2, 0}) == ErrorCode::corrupt);
  CHECK(code({1, 3}) == ErrorCode::corrupt);
  CHECK(code({4}) == ErrorCode::corrupt);
  CHECK(code(std::vector<std::uint8_t>(65'281, 2)) == ErrorCode::corrupt);
}

TEST_CASE("random tables are refused or encode like the plain implementation") {
  std::mt19937 random(5);
  int accepted = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<std::uint8_t> lengths;
    std::string bytes;
    for (std::size_t i = random() % 6; i-- > 0;) {
      lengths.push_back(static_cast<std::uint8_t>(random() % 4 + (random() % 16 != 0 ? 1 : 0)));
      bytes += random_text(random, "ab", lengths.back());
    }
    const auto tokenizer = Tokenizer::parse(lengths, as_bytes(bytes));
    if (!tokenizer) continue;
    ++accepted;
    Strings tokens;
    for (TokenId id = 0; id < tokenizer->vocabulary_size(); ++id) {
      tokens.emplace_back(tokenizer->token(id));
    }
    const std::string text = random_text(random, "ab ", 200);
    REQUIRE(encoded(*tokenizer, text) == naive_tokens(tokens, text));
  }
  CHECK(accepted > 50);
}

}  // namespace
}  // namespace czip::v2
