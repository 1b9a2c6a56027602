// Tokenizer of a public language model: token ids for any bytes, and back, in integers.
//
// Decoding puts the tokens' bytes one after another, so any tokens with bytes are a text. Encoding
// gives tokens whose bytes are the text, near to those that the model was trained on: a decoder
// does not depend on how they were chosen. Text is cut into pieces (Splitting), pieces of more than
// kMaxPieceBytes into parts of at most that, and in each part, beginning with the tokens of bytes
// or characters (Start), the two neighbours that merge first (Merging) become one token, the
// leftmost of equals first, until none merge.
//
// It differs from the originals in these points, so that every text is kept: no space is put in
// front, no character is normalized, special tokens are never recognized in text, and bytes that
// are not UTF-8 are tokens of their own.
//
// Sources: R. Sennrich, B. Haddow and A. Birch, "Neural Machine Translation of Rare Words with
// Subword Units" (2016); T. Kudo and J. Richardson, "SentencePiece" (2018), its BPE model;
// A. Radford et al., "Language Models are Unsupervised Multitask Learners" (2019).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/llm/description.hpp"
#include "czip/tokenizer/token_id.hpp"

namespace czip::llm {

// Immutable once made; may be shared by threads.
class Tokenizer {
 public:
  static constexpr std::size_t kMaxTokens = std::size_t{1} << 20;
  static constexpr std::size_t kMaxMerges = std::size_t{1} << 20;
  static constexpr std::size_t kMaxTokenBytes = 1024;
  static constexpr std::size_t kMaxPieceBytes = 4096;

  // The description is not trusted. Errors, which name the token, merge or field: those of
  // Settings::parse; corrupt (sizes that disagree, lengths beyond the bytes, two tokens of the same
  // bytes, a byte that has no token, a merge of or into what is no token, one listed
  // twice, a first token beyond the vocabulary); unsupported (more than kMaxTokens ids, kMaxMerges
  // merges, kMaxTokenBytes in a token or 16 MiB in all; tokens chosen to collide in a hash table or
  // to split in too many ways); out_of_memory.
  static Result<Tokenizer> create(const Description& description);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  [[nodiscard]] const Settings& settings() const;

  // Number of ids.
  [[nodiscard]] std::size_t vocabulary_size() const;

  // Bytes of one token; empty for one that never comes from text (special tokens, second tokens of
  // the same bytes), and for an id that is none.
  [[nodiscard]] std::string_view token(TokenId id) const;

  // What the model reads before a text, or nothing.
  [[nodiscard]] std::optional<TokenId> first_token() const;

  // Appends the tokens of `text`, whose bytes put together are `text`, in time about proportional
  // to its length, whatever it is. The only error is out_of_memory, which leaves `out` as it was.
  [[nodiscard]] Status encode(std::span<const std::uint8_t> text, std::vector<TokenId>& out) const;

 private:
  struct Tables;
  explicit Tokenizer(std::unique_ptr<const Tables> tables);
  std::unique_ptr<const Tables> tables_;
};

}  // namespace czip::llm
