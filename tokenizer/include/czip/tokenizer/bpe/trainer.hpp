// Learns the tokens of a Tokenizer from text: starting from single bytes, the most frequent
// pair of neighbours becomes a token, again and again. All in integers, so that the same text gives
// the same tokens on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"

namespace czip::bpe {

class Trainer {
 public:
  // Whenever more different pieces than this have been seen, the rarest are forgotten: those seen
  // once, then those seen twice, ... until at most half as many are left.
  static constexpr std::size_t kMaxPieces = std::size_t{4} << 20;

  // Counts the pieces of `text` (pieces do not go on from one call to the next). Memory grows with
  // the number of different pieces, to some 640 MiB at most.
  [[nodiscard]] Status add(std::span<const std::uint8_t> text);

  // Counts one piece, of at most Tokenizer::kMaxTokenBytes, that was split off by other rules.
  [[nodiscard]] Status add_piece(std::string_view piece);

  // The single bytes and the tokens merged, in order, `vocabulary_size` in all, ready for
  // Tokenizer::create. Of pairs equally frequent the one with the smaller ids (of the left
  // token, then of the right) comes first. It is an error to ask for fewer than 256 or more than
  // Tokenizer::kMaxTokens, or for more than pairs seen twice can make. Needs, for the time
  // being, some 30 bytes of memory for each byte of the different pieces.
  [[nodiscard]] Result<std::vector<std::string>> train(std::uint32_t vocabulary_size) const;

 private:
  // Lets a piece be looked up without making a string of it.
  struct PieceHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using PieceCounts = std::unordered_map<std::string, std::uint64_t, PieceHash, std::equal_to<>>;

  void count_piece(std::string_view piece);
  void forget_rare_pieces();

  PieceCounts counts_;
};

}  // namespace czip::bpe
