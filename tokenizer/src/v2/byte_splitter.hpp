// Splits arbitrary bytes into the pieces within which the v2 tokenizer merges; the rules stand in
// czip/tokenizer/v2/tokenizer.hpp.
#pragma once

#include <cstddef>
#include <string_view>

namespace czip::v2 {

// Most bytes of each kind in a piece, without a space before letters, a digit or punctuation.
inline constexpr std::size_t kMaxLetterRun = 40;
inline constexpr std::size_t kMaxPunctuationRun = 16;
inline constexpr std::size_t kMaxNewlineRun = 16;
inline constexpr std::size_t kMaxBlankRun = 64;

// Bytes of the longest piece.
inline constexpr std::size_t kMaxPieceBytes = kMaxBlankRun;

// The end of the piece that begins at `begin`, which is inside `text` and either its start or the
// end of another piece. Reads text[begin - 1] to text[begin + kMaxPieceBytes] at most.
[[nodiscard]] std::size_t piece_end(std::string_view text, std::size_t begin);

}  // namespace czip::v2
