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

  static constexpr std::uint32_t kNoToken = 0xffffffff;

  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  // Its bytes; none if it never stands for text.
  [[nodiscard]] const std::string& token(std::size_t id) const { return tokens_[id]; }
  // What the network reads before a text, or kNoToken.
  [[nodiscard]] std::uint32_t first_token() const { return first_token_; }
  // The text of these ids; refuses one that has no bytes.
  [[nodiscard]] std::string text(const std::vector<std::uint32_t>& ids) const;

 private:
  void read_tokens(Tensors& tensors, std::uint32_t size);
  void check_merges(Tensors& tensors) const;

  std::uint32_t first_token_ = kNoToken;
  std::vector<std::string> tokens_;  // by id; empty for one that never stands for text
};

}  // namespace reference::llm
