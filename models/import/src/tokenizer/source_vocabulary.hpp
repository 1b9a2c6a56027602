// The tokens of a public tokenizer on their way to a llm::Description.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/llm/description.hpp"

namespace czip::importer {

enum class TokenKind : std::uint8_t {
  special,  // never comes from text
  byte,     // of one byte, written as "<0x0A>"
  text,
};

// How a file writes the bytes of tokens of text.
enum class Writing : std::uint8_t {
  plain,           // as they are
  lower_block,     // U+2581 is a space, as SentencePiece writes it; a space itself is never written
  byte_characters  // each byte is a character: see bytes_of_characters
};

inline constexpr std::string_view kLowerBlock = "\xe2\x96\x81";  // U+2581

// The bytes that GPT-2's 256 characters stand for: U+0021 to U+007E, U+00A1 to U+00AC and U+00AE to
// U+00FF for the bytes of these numbers, U+0100 to U+0143 for the others in ascending order.
// Nothing for any other character.
[[nodiscard]] std::optional<std::string> bytes_of_characters(std::string_view utf8);

// The byte of "<0x0A>"; nothing for any other text.
[[nodiscard]] std::optional<std::string> named_byte(std::string_view text);

// "<0x0A>"
[[nodiscard]] std::string byte_name(std::uint32_t byte);

class SourceVocabulary {
 public:
  SourceVocabulary(std::uint32_t size, Writing writing) : writing_(writing), tokens_(size) {}

  [[nodiscard]] std::size_t size() const { return tokens_.size(); }

  // Gives id < size its text; ids without one are special, and so is a text that `writing` does not
  // know. Errors: corrupt where another id has the text or the id another text, unsupported for
  // more than llm::Tokenizer::kMaxTokenBytes.
  Status add(TokenId id, std::string_view text, TokenKind kind);

  // Lists a merge of two texts; one that is listed already is left out. Error corrupt: a text or
  // what they give together is no token.
  Status add_merge(std::string_view left, std::string_view right);

  // With Merging::pairs, if merges were added. `settings` need no vocabulary size.
  [[nodiscard]] llm::Description with_merges(llm::Settings settings);
  // With Merging::tokens. `scores` are single-precision bits, none of them NaN, one for each id.
  [[nodiscard]] llm::Description with_scores(llm::Settings settings,
                                             std::span<const std::uint32_t> scores);

 private:
  struct Token {
    TokenKind kind = TokenKind::special;
    std::string bytes;  // of kinds other than special
    std::string text;
  };

  [[nodiscard]] llm::Description describe(llm::Settings settings);
  void drop_second_tokens();
  // Gives bytes that have no token, such as those that UTF-8 never has, to ids that have no bytes:
  // the largest first, and never `first_token`. Gives none if there are too few such ids.
  void give_missing_bytes(std::optional<TokenId> first_token);
  void drop_unreachable();

  Writing writing_;
  std::vector<Token> tokens_;
  std::map<std::string, TokenId, std::less<>> ids_;  // by text
  std::vector<std::uint32_t> merges_;
  std::map<std::uint64_t, TokenId> merged_;  // by pair
};

}  // namespace czip::importer
