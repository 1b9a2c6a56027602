// Byte-pair tokenizer of czip's own models: token ids for any bytes, and back. It knows bytes only:
// no Unicode tables, no patterns, no special tokens.
//
// The text is first split into pieces. Each byte has a class: letter (A-Z, a-z and 0x80-0xFF),
// digit (0-9), space (0x20), tab (0x09), newline (0x0A and 0x0D), or punctuation (all others,
// control bytes too). From the start of the text on, the first rule that applies gives the next
// piece:
//   1. An apostrophe (0x27) between two letters, and the run of letters behind it.
//   2. A run of letters, or a space and a run of letters.
//   3. A digit, or a space and a digit. (So every digit is a piece of its own.)
//   4. A run of punctuation, or a space and a run of punctuation.
//   5. A run of newlines.
//   6. A run of spaces and tabs; without its last byte if that is a space and the byte behind the
//      run is a letter, a digit or punctuation (which will take that space by rules 2 to 4).
// A run goes as far as it can, but to no more than 40 letters, 16 bytes of punctuation, 16 newlines
// or 64 spaces and tabs. If another letter follows 40 letters, the run of letters is cut short to
// end at the last of its bytes that is followed by a byte outside 0x80-0xBF, so as not to cut a
// UTF-8 sequence; if there is none, it stays at 40. What is cut off begins the next piece.
//
// In each piece, starting from single bytes, the two neighbours that together have the bytes of the
// token of lowest id are merged into it, the leftmost of equals first, until no two neighbours
// merge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/token_id.hpp"

namespace czip::v2 {

// Immutable once made; may be shared by threads.
class Tokenizer {
 public:
  static constexpr std::size_t kSingleBytes = kByteValues;  // tokens that are one byte
  static constexpr std::size_t kMaxTokenBytes = 64;
  static constexpr std::size_t kMaxTokens = 65'536;

  // Token ids are places in `tokens`: first the kSingleBytes bytes in order, then merged tokens of
  // 2 to kMaxTokenBytes bytes, all different, each the concatenation of two tokens before it; at
  // most kMaxTokens in all. Errors:
  // corrupt (anything else), unsupported (tokens chosen to collide in a hash table or to split in
  // too many ways), out_of_memory.
  static Result<Tokenizer> create(const std::vector<std::string>& tokens);

  // From what lengths() and bytes() give, as a file holds them; they are not trusted. Errors: those
  // of create, and truncated.
  static Result<Tokenizer> parse(std::span<const std::uint8_t> lengths,
                                 std::span<const std::uint8_t> bytes);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  [[nodiscard]] std::size_t vocabulary_size() const;

  // Bytes of one token; empty for an id that is no token.
  [[nodiscard]] std::string_view token(TokenId id) const;

  // Lengths of the merged tokens, those behind the single bytes, and their bytes one after another.
  [[nodiscard]] std::vector<std::uint8_t> lengths() const;
  [[nodiscard]] std::vector<std::uint8_t> bytes() const;

  // Appends the tokens of `text`, whose bytes put together are `text`, in time about proportional
  // to its length, whatever it is. The only error is out_of_memory, which leaves `out`
  // as it was.
  [[nodiscard]] Status encode(std::span<const std::uint8_t> text, std::vector<TokenId>& out) const;

 private:
  struct Tables;
  explicit Tokenizer(std::unique_ptr<const Tables> tables);
  std::unique_ptr<const Tables> tables_;
};

}  // namespace czip::v2
