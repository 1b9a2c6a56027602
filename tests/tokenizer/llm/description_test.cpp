// Descriptions that are not what they should be: every field lies in turn.
#include "czip/tokenizer/llm/description.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "czip/tokenizer/llm/tokenizer.hpp"
#include "support/error_style.hpp"
#include "support/refusals.hpp"
#include "support/splitmix64.hpp"
#include "tokenizer/llm/descriptions.hpp"

namespace czip::llm {
namespace {

Description pairs() { return with_pairs({"ab", "abc"}, {'a', 'b', 256, 'c'}); }
Description order() { return with_order({"ab", "abc"}, {1, 0}); }

void check_refused(const Description& description, ErrorCode code, const std::string& message) {
  test::check_refusal(Tokenizer::create(description), code, message);
}

void check_config_refused(std::size_t word, std::uint32_t value, ErrorCode code,
                          const std::string& message) {
  Description description = pairs();
  description.config[word] = value;
  check_refused(description, code, message);
}

TEST_CASE("llm settings: words and back") {
  Settings settings;
  settings.vocabulary_size = 300;
  settings.start = Start::characters;
  settings.merging = Merging::tokens;
  settings.splitting = Splitting::lines;
  settings.whole_pieces = true;
  settings.first_token = 7;
  CHECK(settings.words() == std::vector<std::uint32_t>{1, 300, 1, 1, 6, 1, 7, 0});
  CHECK(Settings::parse(settings.words()).value() == settings);
  CHECK(Settings{}.words() == std::vector<std::uint32_t>{1, 0, 0, 0, 0, 0, 0xffffffff, 0});
  CHECK(Settings::parse(Settings{}.words()).value() == Settings{});
}

TEST_CASE("llm description: config") {
  CHECK(Tokenizer::create(pairs()).has_value());
  check_config_refused(0, 2, ErrorCode::unsupported,
                       "the tokenizer's config has version 2; version 1 can be read");
  check_config_refused(1, 257, ErrorCode::corrupt,
                       "the tokenizer's config states 257 tokens, but there are 258 lengths");
  check_config_refused(2, 2, ErrorCode::corrupt,
                       "the start in the tokenizer's config is 2; at most 1 is possible");
  check_config_refused(3, 2, ErrorCode::corrupt,
                       "the merging in the tokenizer's config is 2; at most 1 is possible");
  check_config_refused(3, 1, ErrorCode::corrupt,
                       "the tokenizer merges by an order of tokens, but lists pairs");
  check_config_refused(4, 7, ErrorCode::corrupt,
                       "the splitting in the tokenizer's config is 7; at most 6 is possible");
  check_config_refused(5, 2, ErrorCode::corrupt,
                       "the whole pieces in the tokenizer's config is 2; at most 1 is possible");
  check_config_refused(6, 258, ErrorCode::corrupt,
                       "the tokenizer's first token is 258, which is no id below 258");
  check_config_refused(7, 1, ErrorCode::corrupt,
                       "the reserved word in the tokenizer's config is 1; at most 0 is possible");
  Description description = pairs();
  description.config.pop_back();
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer's config has 7 numbers, expected 8");
  description.config.clear();
  check_refused(description, ErrorCode::unsupported, "the tokenizer's config is empty");
}

TEST_CASE("llm description: lengths and bytes") {
  Description description = pairs();
  description.lengths[257] = 4;
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer's token 257 goes beyond the tokens' bytes");
  description.lengths[257] = 1025;
  check_refused(description, ErrorCode::unsupported,
                "the tokenizer's token 257 has 1025 bytes; at most 1024 are possible");
  description = pairs();
  description.lengths[257] = 2;
  check_refused(description, ErrorCode::corrupt,
                "1 bytes are left over behind the tokenizer's tokens");
  description = pairs();
  description.bytes.pop_back();
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer's token 257 goes beyond the tokens' bytes");
  description.bytes.resize((16 << 20) + 1);
  check_refused(description, ErrorCode::unsupported,
                "the tokenizer's tokens have 16777217 bytes; at most 16 MiB are possible");
}

TEST_CASE("llm description: too many tokens") {
  Description description = pairs();
  description.lengths.resize((1 << 20) + 1);
  description.config[1] = (1 << 20) + 1;
  check_refused(description, ErrorCode::unsupported,
                "the tokenizer has 1048577 tokens; at most 2^20 are possible");
}

TEST_CASE("llm description: two tokens of the same bytes, and bytes without a token") {
  check_refused(with_pairs({"ab", "ab"}, {}), ErrorCode::corrupt,
                "the tokenizer's tokens 256 and 257 have the same bytes");
  Description description = pairs();
  description.bytes[0xc0] = 'c';
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer's tokens 99 and 192 have the same bytes");
  description = pairs();
  description.lengths[0xc0] = 0;
  description.bytes.erase(description.bytes.begin() + 0xc0);
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer has no token for the byte 0xc0, so it cannot hold every text");
}

TEST_CASE("llm description: merges") {
  Description description = pairs();
  description.merges.push_back('a');
  check_refused(description, ErrorCode::corrupt, "the tokenizer's last merge has only one token");
  description.merges.push_back('a');
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer's merge 2, of the tokens 97 and 97, gives no token");
  description.merges[5] = 258;
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer's merge 2 is of the id 258, which is no token of text");
  description.merges[4] = 0xffffffff;
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer's merge 2 is of the id 4294967295, which is no token of text");
  description.merges = {'a', 'b', 256, 'c', 'a', 'b'};
  check_refused(description, ErrorCode::corrupt, "the tokenizer's merge 2 is that of number 0");
  description.merges.assign(((1 << 20) + 1) * 2, 'a');
  check_refused(description, ErrorCode::unsupported,
                "the tokenizer has 1048577 merges; at most 2^20 are possible");
}

TEST_CASE("llm description: the order") {
  CHECK(Tokenizer::create(order()).has_value());
  Description description = order();
  description.order.pop_back();
  check_refused(description, ErrorCode::corrupt,
                "the order of the tokenizer's tokens has 257 numbers, expected 258");
  description = order();
  description.order[257] = 0xffffffff;  // any value is an order
  CHECK(Tokenizer::create(description).has_value());
  description = order();
  description.merges = {'a', 'b'};
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer merges by an order of tokens, but lists pairs");
  description = pairs();
  description.order.resize(258);
  check_refused(description, ErrorCode::corrupt,
                "the tokenizer merges listed pairs, but has an order of tokens");
}

TEST_CASE("llm description: tokens that split in too many ways") {
  // A run of n letters 'a' splits in n - 1 ways: 523,776 together. Another letter in front of up to
  // 999 of them gives 499,500 more, so that 16 such letters are too many for 2^23.
  Strings tokens;
  for (std::size_t size = 2; size <= 1024; ++size) tokens.push_back(std::string(size, 'a'));
  CHECK(Tokenizer::create(with_order(tokens, std::vector<std::uint32_t>(tokens.size()))));
  for (char letter = 'b'; letter <= 'q'; ++letter)
    for (std::size_t size = 1; size < 1000; ++size)
      tokens.push_back(letter + std::string(size, 'a'));
  const auto refused =
      Tokenizer::create(with_order(tokens, std::vector<std::uint32_t>(tokens.size())));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::unsupported);
  CHECK(test::is_well_styled(refused.error().message));
}

TEST_CASE("llm description: random changes give an error or a tokenizer that loses nothing") {
  test::SplitMix64 random(3);
  const auto change = [&random](auto& list) {
    if (list.empty()) return;
    auto& place = list[static_cast<std::size_t>(
        random.between(0, static_cast<std::int32_t>(list.size()) - 1))];
    place = static_cast<std::decay_t<decltype(place)>>(random.between(0, 300));
  };
  const std::string text = "abcab c\xff\xc3\xa9";
  for (int round = 0; round < 2000; ++round) {
    Description description = round % 2 == 0 ? pairs() : order();
    for (int i = random.between(1, 3); i > 0; --i) {
      switch (random.between(0, 4)) {
        case 0:
          change(description.config);
          break;
        case 1:
          change(description.lengths);
          break;
        case 2:
          change(description.bytes);
          break;
        case 3:
          change(description.merges);
          break;
        default:
          change(description.order);
      }
    }
    const auto tokenizer = Tokenizer::create(description);
    if (!tokenizer) {
      CHECK(test::is_well_styled(tokenizer.error().message));
      continue;
    }
    Ids ids;
    REQUIRE(tokenizer->encode(as_bytes(text), ids).has_value());
    std::string back;
    for (const TokenId id : ids) back += tokenizer->token(id);
    CHECK(back == text);
  }
}

}  // namespace
}  // namespace czip::llm
