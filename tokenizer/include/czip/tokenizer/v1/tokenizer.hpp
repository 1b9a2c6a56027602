// Byte-pair tokenizer of czip-model-v1 (tiktoken style): text in, token ids out, and back, for any
// bytes.
//
// Valid UTF-8 gives exactly the tokens of the public reference. Bytes that are not valid UTF-8 (by
// the Unicode standard: no overlong forms, no surrogates, at most U+10FFFF) are emitted as
// single-byte tokens, so that every input round-trips: decode(encode(x)) == x.
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

namespace czip::v1 {

class TokenStream;

// Immutable once loaded; may be shared by threads.
class Tokenizer {
 public:
  // A longer JSON is refused.
  static constexpr std::size_t kMaxJsonBytes = std::size_t{64} << 20;

  // Parses the JSON described in the model format: pat_str, mergeable_ranks, special_tokens,
  // explicit_n_vocab. Every id must be unique and below explicit_n_vocab, all 256 single-byte
  // tokens must exist, and pat_str must compile (with PCRE2, whose Unicode version decides what a
  // letter is). Hostile input gives an error, never a crash: there are at most 2^20 ids, a token
  // has at most 1,024 bytes, all together 16 MiB.
  // Errors: corrupt, unsupported, out_of_memory.
  static Result<Tokenizer> from_json(std::string_view json);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Number of ids, explicit_n_vocab. Ids without bytes may exist; decoding one is an error.
  [[nodiscard]] std::size_t vocabulary_size() const;

  // Id of a special token such as "<|bos|>". Error: invalid_argument if the tokenizer has none of
  // that name.
  [[nodiscard]] Result<TokenId> special_token(std::string_view name) const;

  // Bytes of one token; empty for an id without bytes.
  [[nodiscard]] std::string_view token_bytes(TokenId id) const;

  // All tokens of `text`, in time about proportional to its length, whatever it is. Errors:
  // out_of_memory and, from hostile tokenizers only, unsupported: pat_str needs more steps than its
  // budget, or merging has to see more than 64 MiB of unbroken text at once.
  [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text) const;

  // Appends the bytes of `tokens` to `out`. Errors: corrupt (an id without bytes), out_of_memory.
  [[nodiscard]] Status decode(std::span<const TokenId> tokens, std::string& out) const;

 private:
  friend class TokenStream;
  struct Tables;
  explicit Tokenizer(std::unique_ptr<const Tables> tables);
  std::unique_ptr<const Tables> tables_;
};

// Encodes a text step by step in memory that does not grow with the text (the text itself stays
// with the caller), yielding the same tokens as Tokenizer::encode.
class TokenStream {
 public:
  // Both must outlive the stream.
  TokenStream(const Tokenizer& tokenizer, std::string_view text);
  TokenStream(TokenStream&&) noexcept;
  TokenStream& operator=(TokenStream&&) noexcept;
  ~TokenStream();

  // Appends up to `max_tokens` (at least 1) tokens to `out`; returns how many. 0 means the text is
  // finished. An error, of the kinds of Tokenizer::encode, leaves `out` as it was and is final:
  // every later call returns it again.
  [[nodiscard]] Result<std::size_t> next(std::size_t max_tokens, std::vector<TokenId>& out);

  // Bytes of the text covered by all tokens returned so far, for progress reports.
  [[nodiscard]] std::size_t bytes_consumed() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace czip::v1
