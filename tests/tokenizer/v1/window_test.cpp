// The inner parts of the tokenizer: byte-pair merging against a direct transcription of its
// definition, pieces cut into windows, the two engines of the pattern.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bpe/merger.hpp"
#include "bpe/piece_encoder.hpp"
#include "bpe/vocabulary.hpp"
#include "v1/pattern.hpp"
#include "v1/special_tokens.hpp"

namespace czip::v1 {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

std::string random_text(Random& random, std::size_t size, std::size_t letters) {
  std::string text(size, 'a');
  for (char& byte : text) byte = static_cast<char>('a' + below(random, letters));
  return text;
}

// A vocabulary from strings in the order of their ranks, the single bytes placed at random among
// them or first.
std::vector<bpe::TokenDefinition> with_all_bytes(std::vector<std::string> strings,
                                                 Random* shuffle) {
  std::vector<std::string> all;
  for (int byte = 0; byte < 256; ++byte) all.emplace_back(1, static_cast<char>(byte));
  all.insert(all.end(), strings.begin(), strings.end());
  if (shuffle != nullptr) std::shuffle(all.begin(), all.end(), *shuffle);
  std::vector<bpe::TokenDefinition> tokens;
  for (std::string& bytes : all) {
    tokens.push_back({std::move(bytes), static_cast<TokenId>(tokens.size())});
  }
  return tokens;
}

// A vocabulary of any strings in any order: many cannot be made by merging, and ranks fall as well
// as rise.
std::vector<bpe::TokenDefinition> random_vocabulary(Random& random, std::size_t letters) {
  std::set<std::string> strings;
  const std::size_t count = 1 + below(random, 40);
  const std::size_t longest = 2 + below(random, 7);
  for (std::size_t i = 0; i < count; ++i) {
    strings.insert(random_text(random, 2 + below(random, longest - 1), letters));
  }
  std::vector<std::string> shuffled(strings.begin(), strings.end());
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  return with_all_bytes(shuffled, &random);
}

// A vocabulary as training makes it: each token is two earlier ones put together.
std::vector<bpe::TokenDefinition> trained_vocabulary(Random& random, std::size_t letters) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < letters; ++i) parts.emplace_back(1, static_cast<char>('a' + i));
  const std::size_t count = letters + 1 + below(random, 30);
  for (int tries = 0; parts.size() < count && tries < 1000; ++tries) {
    const std::string made =
        parts[below(random, parts.size())] + parts[below(random, parts.size())];
    if (made.size() <= 12 && std::find(parts.begin(), parts.end(), made) == parts.end()) {
      parts.push_back(made);
    }
  }
  return with_all_bytes({parts.begin() + static_cast<std::ptrdiff_t>(letters), parts.end()},
                        nullptr);
}

// Merges by the definition, word by word.
std::vector<TokenId> merge_by_definition(const std::vector<bpe::TokenDefinition>& tokens,
                                         std::string_view text) {
  std::map<std::string, TokenId, std::less<>> rank_of;
  for (const bpe::TokenDefinition& token : tokens) rank_of[token.bytes] = token.id;
  std::vector<std::string> parts;
  for (const char byte : text) parts.emplace_back(1, byte);
  for (;;) {
    TokenId best_rank = bpe::kNoTokenId;
    std::size_t best = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = rank_of.find(parts[i] + parts[i + 1]);
      if (found != rank_of.end() && found->second < best_rank) {
        best_rank = found->second;
        best = i;
      }
    }
    if (best_rank == bpe::kNoTokenId) break;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<TokenId> ids;
  for (const std::string& part : parts) ids.push_back(rank_of[part]);
  return ids;
}

bpe::Vocabulary build(const std::vector<bpe::TokenDefinition>& tokens) {
  Result<bpe::Vocabulary> vocabulary = bpe::Vocabulary::build(tokens, {}, 0);
  REQUIRE(vocabulary.has_value());
  return std::move(*vocabulary);
}

struct Windowed {
  std::vector<TokenId> tokens;
  std::size_t stretches = 0;
};

Windowed encode_windowed(const bpe::Vocabulary& vocabulary, bpe::WindowLimits limits,
                         std::string_view text) {
  bpe::PieceEncoder encoder(vocabulary, limits);
  Windowed result;
  while (!text.empty()) {
    const Result<std::size_t> covered = encoder.encode_front(text, result.tokens);
    REQUIRE(covered.has_value());
    REQUIRE(*covered > 0);
    text.remove_prefix(*covered);
    ++result.stretches;
  }
  return result;
}

constexpr std::size_t kAnyWindow = std::size_t{1} << 20;
constexpr std::size_t kTextSize = 10'000'000;

TEST_CASE("merging gives what its definition gives, for any vocabulary, at any length") {
  Random random(1);
  for (int round = 0; round < 150; ++round) {
    const std::size_t letters = 1 + below(random, 4);
    const auto tokens =
        round % 2 == 0 ? random_vocabulary(random, letters) : trained_vocabulary(random, letters);
    const bpe::Vocabulary vocabulary = build(tokens);
    bpe::Merger merger(vocabulary);
    for (const std::size_t size : {1U, 2U, 3U, 7U, 20U, 47U, 48U, 49U, 50U, 90U, 200U}) {
      const std::string text = random_text(random, size, letters);
      std::vector<TokenId> merged;
      merger.merge(text, merged);
      REQUIRE(merged == merge_by_definition(tokens, text));
    }
  }
}

TEST_CASE("cutting a piece into windows of any size does not change its tokens") {
  Random random(2);
  std::size_t cuts = 0;
  for (int round = 0; round < 400; ++round) {
    const std::size_t letters = 1 + below(random, 3);
    const auto tokens =
        round % 2 == 0 ? random_vocabulary(random, letters) : trained_vocabulary(random, letters);
    const bpe::Vocabulary vocabulary = build(tokens);
    for (int i = 0; i < 4; ++i) {
      const std::string text = random_text(random, 60 + below(random, 300), letters);
      const bpe::WindowLimits limits{8 + below(random, 25), below(random, 6), kAnyWindow};
      const Windowed windowed = encode_windowed(vocabulary, limits, text);
      REQUIRE(windowed.tokens == merge_by_definition(tokens, text));
      cuts += windowed.stretches - 1;
    }
  }
  CHECK(cuts > 5'000);
}

TEST_CASE("a run of one letter is cut at the right places") {
  Random random(3);
  for (int round = 0; round < 100; ++round) {
    const auto tokens =
        round % 2 == 0 ? random_vocabulary(random, 1) : trained_vocabulary(random, 1);
    const bpe::Vocabulary vocabulary = build(tokens);
    const std::string text(200 + below(random, 400), 'a');
    const bpe::WindowLimits limits{8 + below(random, 40), below(random, 10), kAnyWindow};
    REQUIRE(encode_windowed(vocabulary, limits, text).tokens == merge_by_definition(tokens, text));
  }
}

TEST_CASE("periodic text is cut at the right places") {
  Random random(4);
  for (int round = 0; round < 150; ++round) {
    const auto tokens = trained_vocabulary(random, 2);
    const bpe::Vocabulary vocabulary = build(tokens);
    const std::string period = random_text(random, 1 + below(random, 9), 2);
    std::string text;
    while (text.size() < 400) text += period;
    text += random_text(random, below(random, 4), 2);
    const bpe::WindowLimits limits{8 + below(random, 40), below(random, 10), kAnyWindow};
    REQUIRE(encode_windowed(vocabulary, limits, text).tokens == merge_by_definition(tokens, text));
  }
}

// Tokens (i, i+1) of which the later is always the first to merge: the end of the run of bytes
// decides where every token before it begins.
std::vector<bpe::TokenDefinition> decided_by_the_end() {
  std::vector<std::string> strings;
  for (int byte = 254; byte >= 0; --byte) {
    strings.push_back({static_cast<char>(byte), static_cast<char>(byte + 1)});
  }
  return with_all_bytes(strings, nullptr);
}

TEST_CASE("a window grows until nothing behind it can change the tokens that are kept") {
  const auto tokens = decided_by_the_end();
  const bpe::Vocabulary vocabulary = build(tokens);
  std::string chain(256, '\0');
  std::iota(chain.begin(), chain.end(), '\0');
  for (std::size_t size = 100; size < 256; ++size) {
    const std::string text = chain.substr(0, size) + chain;
    CHECK(encode_windowed(vocabulary, {8, 0, kAnyWindow}, text).tokens ==
          merge_by_definition(tokens, text));
  }
}

TEST_CASE("a vocabulary that needs too large a window is an error, not a wrong result") {
  const bpe::Vocabulary vocabulary = build(decided_by_the_end());
  std::string chain(256, '\0');
  std::iota(chain.begin(), chain.end(), '\0');
  bpe::PieceEncoder encoder(vocabulary, {8, 0, 64});
  std::vector<TokenId> tokens;
  const Result<std::size_t> covered = encoder.encode_front(chain, tokens);
  REQUIRE(!covered.has_value());
  CHECK(covered.error().code == ErrorCode::unsupported);
}

std::vector<std::size_t> boundaries(const Pattern& pattern, std::string_view text) {
  Result<PatternMatcher> matcher = PatternMatcher::create(pattern, text.size());
  REQUIRE(matcher.has_value());
  std::vector<std::size_t> found;
  for (std::size_t from = 0; from < text.size();) {
    const Result<PatternMatcher::Match> match = matcher->find(text, from);
    REQUIRE(match.has_value());
    found.insert(found.end(), {match->begin, match->end});
    from = match->end;
  }
  return found;
}

TEST_CASE("generated code and the interpreter find the same matches") {
  const std::string source =
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| "
      "?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s";
  const Result<Pattern> generated = Pattern::compile(source, MatchEngine::just_in_time);
  const Result<Pattern> interpreted = Pattern::compile(source, MatchEngine::interpreter);
  REQUIRE(generated.has_value());
  REQUIRE(interpreted.has_value());
  const std::vector<std::string> parts = {"a",
                                          "Zebra",
                                          "'s",
                                          "'LL",
                                          " ",
                                          "  ",
                                          "\n",
                                          "\r\n",
                                          "7",
                                          "1234",
                                          "!?",
                                          "\xc3\xa9",
                                          "\xe3\x81\x82",
                                          "\xc2\xa0",
                                          "'",
                                          "\xc5\xbf",
                                          "\xe1\xa0\x8e",
                                          "\xf0\x9f\x98\x80"};
  Random random(5);
  for (int round = 0; round < 1000; ++round) {
    std::string text;
    const std::size_t count = 1 + below(random, 30);
    for (std::size_t i = 0; i < count; ++i) text += parts[below(random, parts.size())];
    REQUIRE(boundaries(*generated, text) == boundaries(*interpreted, text));
  }
}

TEST_CASE("whatever a pattern does, its steps are bounded by the length of the text") {
  const std::string text = std::string(100'000, 'a') + "!";
  for (const char* source :
       {"(a+)+$", "(a|aa)+$", "a*[bc]", "a*a*a*[bc]", "(?=a*)a", "(?=a*a*[bc])x|a",
        "(?:a{0,1000}){0,60}[bc]", "(?:(?R)|a)*[bc]", "(?<=a)(?=a*[bc])", "(?>a*+)[bc]"}) {
    for (const MatchEngine engine : {MatchEngine::just_in_time, MatchEngine::interpreter}) {
      CAPTURE(source);
      const Result<Pattern> pattern = Pattern::compile(source, engine);
      REQUIRE(pattern.has_value());
      Result<PatternMatcher> matcher = PatternMatcher::create(*pattern, text.size());
      REQUIRE(matcher.has_value());
      Result<PatternMatcher::Match> match = matcher->find(text, 0);
      while (match.has_value() && match->end < text.size()) match = matcher->find(text, match->end);
      REQUIRE(!match.has_value());
      CHECK(match.error().code == ErrorCode::unsupported);
    }
  }
}

TEST_CASE("a pattern with back references is refused") {
  const Result<Pattern> pattern = Pattern::compile("(a+)\\1");
  REQUIRE(!pattern.has_value());
  CHECK(pattern.error().code == ErrorCode::unsupported);
}

TEST_CASE("white space is the Unicode property, so U+180E is none and U+0085 is some") {
  const Result<Pattern> pattern = Pattern::compile("[\\s]+|\\\\s");
  REQUIRE(pattern.has_value());
  Result<PatternMatcher> matcher = PatternMatcher::create(*pattern, kTextSize);
  REQUIRE(matcher.has_value());
  CHECK(matcher->find("\xe1\xa0\x8e", 0)->begin == 3);
  CHECK(matcher->find("x\xc2\x85", 0)->begin == 1);
  CHECK(matcher->find("s\\s", 0)->begin == 1);  // an escaped backslash is no class
}

TEST_CASE("the end of the text is not before a final newline") {
  const Result<Pattern> pattern = Pattern::compile("a$");
  REQUIRE(pattern.has_value());
  Result<PatternMatcher> matcher = PatternMatcher::create(*pattern, kTextSize);
  REQUIRE(matcher.has_value());
  CHECK(matcher->find("a\n", 0)->begin == 2);
  CHECK(matcher->find("a", 0)->begin == 0);
}

TEST_CASE("of several special tokens the first place wins, then the longest") {
  const SpecialTokens special({{"<a>", 1}, {"<a>b", 2}, {"<a>bcd", 3}, {"q", 4}});
  const auto at = [&](std::string_view text, std::size_t from) { return special.find(text, from); };
  CHECK(at("x<a>bcd", 0).id == 3);
  CHECK(at("x<a>bc", 0).id == 2);
  CHECK(at("x<a>bc", 0).begin == 1);
  CHECK(at("x<a>", 0).id == 1);
  CHECK(at("x<a", 0).size == 0);
  CHECK(at("x<aq", 0).id == 4);
  CHECK(at("q<a>q", 1).begin == 1);
  CHECK(special.id_of("<a>b") == 2);
  CHECK(special.id_of("<a>bc") == bpe::kNoTokenId);
}

}  // namespace
}  // namespace czip::v1
