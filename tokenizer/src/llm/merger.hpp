// Byte-pair merging of one part of a text.
// Source: R. Sennrich, B. Haddow and A. Birch, "Neural Machine Translation of Rare Words with
// Subword Units" (2016).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "czip/tokenizer/llm/description.hpp"
#include "llm/merge_table.hpp"
#include "llm/vocabulary.hpp"

namespace czip::llm {

// Holds the working memory, which is used again. Not for several threads at a time.
class Merger {
 public:
  // Both must outlive the merger.
  Merger(const Vocabulary& vocabulary, const MergeTable& merges, Start start)
      : vocabulary_(&vocabulary), merges_(&merges), start_(start) {}

  // Appends the tokens of `part`, which is not empty.
  void merge(std::string_view part, std::vector<TokenId>& out);

  // Pairs looked up so far: at most three for each byte.
  [[nodiscard]] std::uint64_t lookups() const { return lookups_; }

 private:
  // A token of the growing solution; previous and next are places in `symbols_`.
  struct Symbol {
    TokenId id;
    std::uint32_t merge;  // with the next; MergeTable::kNone for none, and for a symbol merged away
    std::uint32_t previous;
    std::uint32_t next;
  };

  void load_bytes(std::string_view bytes);
  void load_characters(std::string_view part);
  void queue_pairs();
  void merge_at(std::uint32_t place);
  void update_merge_at(std::uint32_t place);
  [[nodiscard]] std::uint64_t queue_entry(std::uint32_t place) const {
    return std::uint64_t{merges_->rank(symbols_[place].merge)} << 32 | place;
  }

  const Vocabulary* vocabulary_;
  const MergeTable* merges_;
  Start start_;
  std::uint64_t lookups_ = 0;
  std::vector<Symbol> symbols_;
  std::vector<std::uint64_t> queue_;  // heap of (rank, place), the least on top
};

}  // namespace czip::llm
