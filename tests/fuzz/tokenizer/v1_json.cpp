// Tokenizers of format 1. The first byte says what the rest is: 0 a whole JSON, else a pattern and,
// behind its first zero byte, a text, in a tokenizer that is right but for the pattern. A tokenizer
// that is accepted gives back every text.
#include <nlohmann/json.hpp>
#include <string>

#include "czip/tokenizer/v1/tokenizer.hpp"
#include "fuzz/fuzz.hpp"
#include "support/v1_seeded_tokenizer.hpp"

namespace {

using namespace czip;
using namespace czip::test;

constexpr std::string_view kText =
    "It was  the 1st of 12 years;\r\n \t\xc3\xa9t\xc3\xa9, don't! \xff\xc0";

void check_text(const v1::Tokenizer& tokenizer, std::string_view text) {
  const auto tokens = tokenizer.encode(text);
  if (!tokens) return insist_error(tokens.error(), {ErrorCode::unsupported});
  for (const TokenId token : *tokens)
    insist(token < tokenizer.vocabulary_size(), "tokens are in the vocabulary");
  std::string back;
  insist(tokenizer.decode(*tokens, back).has_value(), "tokens of a text can be decoded");
  insist(back == text, "tokens give the text back");

  std::vector<TokenId> streamed;
  v1::TokenStream stream(tokenizer, text);
  for (;;) {
    const auto count = stream.next(3, streamed);
    insist(count.has_value(), "a stream has no error that the whole has not");
    if (*count == 0) break;
  }
  insist(streamed == *tokens, "a stream gives the same tokens as the whole");
}

std::string with_pattern(const std::string& pattern) {
  static const nlohmann::json base = nlohmann::json::parse(make_seeded_tokenizer(20));
  nlohmann::json changed = base;
  changed["pat_str"] = pattern;
  return changed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 32768) return 0;
  FuzzInput input(data, size);
  const bool whole = input.byte() == 0;
  const std::string rest = to_string(input.rest());
  const std::string json = whole ? rest : with_pattern(rest.substr(0, rest.find('\0')));
  const std::string text = whole ? rest : rest.substr(std::min(rest.size(), rest.find('\0')));
  const MemoryBound bound((std::size_t{32} << 20) + 400 * json.size());
  const auto tokenizer = v1::Tokenizer::from_json(json);
  if (!tokenizer) {
    insist_error(tokenizer.error(), {ErrorCode::corrupt, ErrorCode::unsupported});
    return 0;
  }
  check_text(*tokenizer, text);
  check_text(*tokenizer, kText);
  return 0;
}
