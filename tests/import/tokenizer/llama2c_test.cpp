// llama2.c's tokenizer.bin, of both ways of writing bytes, and with fields that lie.
#include "czip/import/tokenizer/llama2c.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/utf8.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "import/gguf_builder.hpp"
#include "support/refusals.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;

Bytes token(float score, std::string_view text) {
  return joined({le(std::bit_cast<std::uint32_t>(score)),
                 le(static_cast<std::uint32_t>(text.size())), to_bytes(text)});
}

std::string byte_name(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
}

std::string byte_character(unsigned byte) {
  return utf8_from_latin1(std::string(1, static_cast<char>(byte)));
}

// "ab" is better than "bc", and "a" is a token beside its byte.
Bytes sample(std::string (*write_byte)(unsigned)) {
  Bytes file = joined({le(27U), token(0, "<unk>"), token(0, "\n<s>\n"), token(0, "\n</s>\n")});
  for (unsigned byte = 0; byte < 256; ++byte) file = joined({file, token(0, write_byte(byte))});
  return joined({file, token(-1, "ab"), token(-2.5, "bc"), token(-3, " b"), token(-4, "a~")});
}
constexpr std::uint32_t kSampleTokens = 263;
constexpr std::size_t kFirstToken = 4;  // its place in the file

void check_refused(const Bytes& file, std::uint32_t tokens, ErrorCode code,
                   const std::string& message) {
  check_refusal(parse_llama2c_tokenizer(file, tokens), code, message);
}

TEST_CASE("llama2.c tokenizer: bytes by name and as characters are the same") {
  const auto description = parse_llama2c_tokenizer(sample(byte_name), kSampleTokens);
  REQUIRE_MESSAGE(description.has_value(), description.error().message);
  CHECK(parse_llama2c_tokenizer(sample(byte_character), kSampleTokens).value() == *description);
  CHECK(description->order[0] == 0);
  CHECK(std::vector(description->order.begin() + 259, description->order.end()) ==
        std::vector<std::uint32_t>{1, 2, 3, 4});

  const auto tokenizer = llm::Tokenizer::create(*description);
  REQUIRE_MESSAGE(tokenizer.has_value(), tokenizer.error().message);
  CHECK(tokenizer->first_token() == TokenId{1});
  CHECK(tokenizer->token(0).empty());
  CHECK(tokenizer->token(1).empty());
  CHECK(tokenizer->token(3) == std::string(1, '\0'));
  CHECK(tokenizer->token(258) == "\xff");
  std::vector<TokenId> ids;
  REQUIRE(tokenizer->encode(to_bytes("abc b\xff"), ids).has_value());
  CHECK(ids == std::vector<TokenId>{259, 'c' + 3, 261, 258});
}

TEST_CASE("llama2.c tokenizer: a token of text stands before a byte of the same") {
  Bytes file = sample(byte_name);
  file = joined({file, token(-9, "a")});
  const auto description = parse_llama2c_tokenizer(file, kSampleTokens + 1);
  REQUIRE(description.has_value());
  CHECK(description->lengths['a' + 3] == 0);
  CHECK(description->lengths[kSampleTokens] == 1);
}

TEST_CASE("llama2.c tokenizer: files that lie") {
  const Bytes file = sample(byte_name);
  check_refused({}, 1, ErrorCode::truncated, "the tokenizer's file is empty");
  check_refused(file, (1U << 20) + 1, ErrorCode::unsupported,
                "a vocabulary of 1048577 tokens; at most 2^20 are possible");
  check_refused(file, kSampleTokens + 1, ErrorCode::truncated,
                "the tokenizer's file ends inside token 263 of the tokenizer");
  check_refused(file, kSampleTokens - 1, ErrorCode::corrupt,
                "10 bytes follow the tokenizer's 262 tokens");
  check_refused(Bytes(file.begin(), file.end() - 1), kSampleTokens, ErrorCode::truncated,
                "the tokenizer's file ends inside token 262 of the tokenizer, of 2 bytes");
  Bytes changed = file;
  store_le(changed.data() + kFirstToken, 0x7f800000U);
  check_refused(changed, kSampleTokens, ErrorCode::corrupt,
                "the score of token 0 of the tokenizer is infinite or not a number");
  changed = file;
  store_le(changed.data() + kFirstToken + 4, 0xffffffffU);
  check_refused(changed, kSampleTokens, ErrorCode::corrupt,
                "token 0 of the tokenizer states a negative length");
  changed = joined({le(27U), token(0, "<unk>"), token(0, "<s>"), token(0, "</s>"), token(0, "x")});
  check_refused(changed, 4, ErrorCode::corrupt,
                "token 3 of the tokenizer is 'x', expected that of the byte 0");
}

}  // namespace
}  // namespace czip::test
