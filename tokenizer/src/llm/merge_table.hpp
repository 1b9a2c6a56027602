// Which two neighbouring tokens merge, into which, and which first.
#pragma once

#include <cstdint>
#include <vector>

#include "bpe/vocabulary.hpp"
#include "czip/base/error.hpp"
#include "czip/tokenizer/llm/description.hpp"
#include "llm/vocabulary.hpp"

namespace czip::llm {

class MergeTable {
 public:
  // A merge is known by a number: its place in the list, or the token that it gives.
  static constexpr std::uint32_t kNone = bpe::kNoTokenId;

  // Merging::pairs. Errors: those of Tokenizer::create for merges.
  static Result<MergeTable> of_pairs(const Vocabulary& vocabulary,
                                     const std::vector<std::uint32_t>& merges);
  // Merging::tokens. Errors: those of Tokenizer::create for the order and for splits.
  static Result<MergeTable> of_tokens(const Vocabulary& vocabulary,
                                      const std::vector<std::uint32_t>& order);

  // The merge of two neighbours, or kNone.
  [[nodiscard]] std::uint32_t find(TokenId left, TokenId right) const {
    return pairs_.merged(left, right);
  }
  // The least comes first.
  [[nodiscard]] std::uint32_t rank(std::uint32_t merge) const {
    return ranks_.empty() ? merge : ranks_[merge];
  }
  [[nodiscard]] TokenId result(std::uint32_t merge) const {
    return results_.empty() ? merge : results_[merge];
  }

 private:
  MergeTable() = default;

  bpe::PairTable pairs_;
  std::vector<std::uint32_t> ranks_;  // empty: of Merging::pairs
  std::vector<TokenId> results_;      // empty: of Merging::tokens
};

}  // namespace czip::llm
