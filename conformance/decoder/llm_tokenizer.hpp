// czip-tokenizer-llm.md, sections 1 and 2: the tokenizer of a public language model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensors.hpp"

namespace reference::llm {

class LanguageTokenizer {
 public:
  explicit LanguageTokenizer(Tensors& tensors);

  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  // The text of these ids; refuses one that has no bytes.
  [[nodiscard]] std::string text(const std::vector<std::uint32_t>& ids) const;

 private:
  void read_tokens(Tensors& tensors, std::uint32_t size);
  void check_merges(Tensors& tensors) const;

  std::vector<std::string> tokens_;  // by id; empty for one that never stands for text
};

}  // namespace reference::llm
