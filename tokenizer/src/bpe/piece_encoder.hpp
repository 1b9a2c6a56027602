// Byte-pair merging of pieces of any length, in memory that does not grow with the piece.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "bpe/merger.hpp"
#include "bpe/vocabulary.hpp"
#include "czip/base/error.hpp"

namespace czip::bpe {

// A long piece is merged window by window; how far is a matter of speed only, never of the result.
struct WindowLimits {
  std::size_t window;       // bytes merged at once at first; grows where that finds no safe cut
  std::size_t look_behind;  // where to look for a cut at first: this far before the last token
  std::size_t max_window;   // a piece that needs a larger one is an error

  static WindowLimits for_vocabulary(const Vocabulary& vocabulary);
};

class PieceEncoder {
 public:
  // The vocabulary must outlive the encoder.
  PieceEncoder(const Vocabulary& vocabulary, WindowLimits limits)
      : vocabulary_(&vocabulary), merger_(vocabulary), limits_(limits) {}

  // Appends the first tokens of `piece` as byte-pair merging of all of it would give them, and
  // returns how many bytes they cover: at least one. What is left may be encoded as a piece of its
  // own.
  Result<std::size_t> encode_front(std::string_view piece, std::vector<TokenId>& out);

 private:
  // A beginning of `window_tokens_`, the tokens of the first `window` bytes of `piece`, that does
  // not depend on what follows: its number of tokens and of bytes. Zero if none is known.
  struct Cut {
    std::size_t tokens;
    std::size_t bytes;
  };
  Cut find_cut(std::string_view piece, std::size_t window);
  Cut last_boundary(std::size_t window, std::size_t distance) const;
  bool is_safe(std::string_view piece, std::size_t window, Cut cut);
  bool stay_apart(TokenId left, TokenId right);

  const Vocabulary* vocabulary_;
  Merger merger_;
  WindowLimits limits_;
  std::vector<TokenId> window_tokens_;
  std::vector<TokenId> tail_tokens_;
  std::vector<TokenId> pair_tokens_;
  std::vector<char> pair_bytes_;
};

}  // namespace czip::bpe
