// Byte-pair merging: starting from single bytes, merge the neighbours whose merged token has the
// lowest rank, the leftmost of equals, until no two neighbours merge.
// Sources: P. Gage, "A New Algorithm for Data Compression" (1994); R. Sennrich, B. Haddow and
// A. Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bpe/vocabulary.hpp"

namespace czip::bpe {

// Holds the working memory, which grows with the longest piece merged (up to some 40 bytes for each
// byte of it) and is used again. Not for several threads at a time.
class Merger {
 public:
  // The vocabulary must outlive the merger.
  explicit Merger(const Vocabulary& vocabulary) : vocabulary_(&vocabulary) {}

  // Appends the tokens of `piece`, which is shorter than 4 GiB.
  void merge(std::string_view piece, std::vector<TokenId>& out);

 private:
  // A token of the growing solution, at the index of its first byte.
  struct Symbol {
    TokenId id;
    TokenId merged_with_next;  // kNoTokenId: does not merge, is the last, or was merged away
    std::uint32_t previous;
    std::uint32_t next;
  };

  void merge_short(std::string_view piece, std::vector<TokenId>& out) const;
  void merge_long(std::string_view piece, std::vector<TokenId>& out);
  void load_symbols(std::string_view piece);
  void merge_at(std::uint32_t position, std::uint32_t end);
  void update_merge_at(std::uint32_t position, std::uint32_t end);

  const Vocabulary* vocabulary_;
  std::vector<Symbol> symbols_;
  std::vector<std::uint64_t> queue_;  // heap of (rank, position), the least on top
};

}  // namespace czip::bpe
