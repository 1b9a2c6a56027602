// Limits of a byte-pair vocabulary. Real ones stay far below; a hostile one is refused before it
// costs time or memory.
#pragma once

#include <cstddef>

namespace czip::bpe {

// Ids fit in 20 bits, which the pair table relies on.
inline constexpr unsigned kTokenIdBits = 20;
inline constexpr std::size_t kMaxTokenIds = std::size_t{1} << kTokenIdBits;

inline constexpr std::size_t kMaxTokenBytes = 1024;
inline constexpr std::size_t kMaxVocabularyBytes = std::size_t{16} << 20;

// Ways to put a token together from two others, over all tokens.
inline constexpr std::size_t kMaxTokenPairs = std::size_t{1} << 23;

}  // namespace czip::bpe
