// A block's stream of a language model's tokens, and the tokens of all streams as far as they are
// known.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/llm/constants.hpp"

namespace czip::v2 {

// The block's tokens in the order of its text; kNoLlmToken where one is not known yet.
class KnownTokens {
 public:
  void reset(std::size_t tokens) { tokens_.assign(tokens, kNoLlmToken); }
  [[nodiscard]] std::uint32_t at(std::size_t position) const {
    return position < tokens_.size() ? tokens_[position] : kNoLlmToken;
  }
  void set(std::size_t position, std::uint32_t token) {
    if (position >= tokens_.size()) tokens_.resize(position + 1, kNoLlmToken);
    tokens_[position] = token;
  }
  [[nodiscard]] const std::vector<std::uint32_t>& all() const { return tokens_; }

 private:
  std::vector<std::uint32_t> tokens_;
};

struct LlmStream {
  std::size_t begin = 0;     // position of its first token in the block
  std::size_t position = 0;  // of its next token
  std::array<std::uint32_t, kLlmMaxOrder>
      recent{};            // the last tokens, the latest first, plus 1; 0: none
  std::uint32_t hits = 0;  // whether the first candidates before were right, the last one lowest
  std::size_t match = 0;   // position of the token that the match expects, if match_length > 0
  std::uint32_t match_length = 0;

  void append(std::uint32_t token) {
    std::shift_right(recent.begin(), recent.end(), 1);
    recent[0] = token + 1;
    ++position;
  }
};

}  // namespace czip::v2
