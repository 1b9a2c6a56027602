// Finds the literals of special tokens, such as "<|bos|>", in text.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "bpe/vocabulary.hpp"
#include "czip/tokenizer/token_id.hpp"

namespace czip::v1 {

class SpecialTokens {
 public:
  struct Occurrence {
    std::size_t begin;
    std::size_t size;  // 0: there is none, and `begin` is the end of the text
    TokenId id;
  };

  explicit SpecialTokens(std::vector<bpe::TokenDefinition> tokens);

  // The first literal at or after `from`, the longest of those that begin there.
  [[nodiscard]] Occurrence find(std::string_view text, std::size_t from) const;

  // Id of the token with exactly this literal, or bpe::kNoTokenId.
  [[nodiscard]] TokenId id_of(std::string_view literal) const;

 private:
  [[nodiscard]] const bpe::TokenDefinition* longest_at(std::string_view text) const;

  std::vector<bpe::TokenDefinition> tokens_;  // in the order of their bytes
  std::array<bool, 256> begins_literal_{};
};

}  // namespace czip::v1
