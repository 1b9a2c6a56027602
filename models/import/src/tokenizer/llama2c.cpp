#include "czip/import/tokenizer/llama2c.hpp"

#include <cstddef>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/in_quotes.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/base/utf8.hpp"
#include "czip/import/ieee754.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "tokenizer/source_vocabulary.hpp"

namespace czip::importer {
namespace {

constexpr std::size_t kWord = sizeof(std::uint32_t);
constexpr TokenId kBeginOfText = 1;
constexpr TokenId kSpecialTokens = 3;
constexpr TokenId kByteTokens = 256;  // behind the special ones

std::string named(std::size_t id) { return "token " + std::to_string(id) + " of the tokenizer"; }

struct ScoredText {
  std::uint32_t score;
  std::string_view text;
};

// Takes the next token from the front of `rest`.
Result<ScoredText> take_token(std::string_view& rest, std::size_t id) {
  if (rest.size() < 2 * kWord)
    return fail(ErrorCode::truncated, "the tokenizer's file ends inside " + named(id));
  const auto* const words = reinterpret_cast<const std::uint8_t*>(rest.data());
  const auto score = load_le<std::uint32_t>(words);
  const auto length = load_le<std::uint32_t>(words + kWord);
  rest.remove_prefix(2 * kWord);
  if (!is_finite_f32(score))
    return fail(ErrorCode::corrupt, "the score of " + named(id) + " is infinite or not a number");
  if (length > INT32_MAX) return fail(ErrorCode::corrupt, named(id) + " states a negative length");
  if (length > rest.size())
    return fail(ErrorCode::truncated, "the tokenizer's file ends inside " + named(id) + ", of " +
                                          std::to_string(length) + " bytes");
  const ScoredText token{score, rest.substr(0, length)};
  rest.remove_prefix(length);
  return token;
}

// Adds a token for one byte. Earlier versions of llama2.c wrote not "<0xE9>" but the character
// U+00E9 as UTF-8.
Status add_byte(SourceVocabulary& vocabulary, TokenId id, std::string_view text) {
  const std::string byte(1, static_cast<char>(id - kSpecialTokens));
  if (named_byte(text) != byte && latin1_from_utf8(text) != byte)
    return fail(ErrorCode::corrupt, named(id) + " is " + in_quotes(text) +
                                        ", expected that of the byte " +
                                        std::to_string(id - kSpecialTokens));
  return vocabulary.add(id, byte_name(id - kSpecialTokens), TokenKind::byte);
}

Status add_token(SourceVocabulary& vocabulary, TokenId id, std::string_view text) {
  if (id < kSpecialTokens) return {};
  if (id < kSpecialTokens + kByteTokens) return add_byte(vocabulary, id, text);
  return vocabulary.add(id, text, TokenKind::text);
}

}  // namespace

Result<llm::Description> parse_llama2c_tokenizer(std::span<const std::uint8_t> file,
                                                 std::uint32_t vocabulary_size) try {
  if (vocabulary_size > llm::Tokenizer::kMaxTokens)
    return fail(ErrorCode::unsupported, "a vocabulary of " + std::to_string(vocabulary_size) +
                                            " tokens; at most 2^20 are possible");
  std::string_view rest(reinterpret_cast<const char*>(file.data()), file.size());
  if (rest.size() < kWord) return fail(ErrorCode::truncated, "the tokenizer's file is empty");
  rest.remove_prefix(kWord);
  SourceVocabulary vocabulary(vocabulary_size, Writing::plain);
  std::vector<std::uint32_t> scores;
  for (TokenId id = 0; id < vocabulary_size; ++id) {
    CZIP_TRY_ASSIGN(const auto token, take_token(rest, id));
    scores.push_back(token.score);
    CZIP_TRY(add_token(vocabulary, id, token.text));
  }
  if (!rest.empty())
    return fail(ErrorCode::corrupt, std::to_string(rest.size()) + " bytes follow the tokenizer's " +
                                        std::to_string(vocabulary_size) + " tokens");
  llm::Settings settings;
  settings.start = llm::Start::characters;
  if (vocabulary_size > kBeginOfText) settings.first_token = kBeginOfText;
  return vocabulary.with_scores(settings, scores);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the tokenizer");
}

}  // namespace czip::importer
