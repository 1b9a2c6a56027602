// Small tokenizers, made by hand.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/tokenizer/llm/description.hpp"

namespace czip::llm {

using Strings = std::vector<std::string>;
using Ids = std::vector<TokenId>;

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The 256 single bytes, each the token of its number, and `others` from 256 on.
inline Strings bytes_and(const Strings& others) {
  Strings tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.emplace_back(1, static_cast<char>(byte));
  tokens.insert(tokens.end(), others.begin(), others.end());
  return tokens;
}

inline Description description_of(const Strings& tokens, Settings settings) {
  Description description;
  settings.vocabulary_size = static_cast<std::uint32_t>(tokens.size());
  description.config = settings.words();
  for (const std::string& token : tokens) {
    description.lengths.push_back(static_cast<std::uint16_t>(token.size()));
    description.bytes.insert(description.bytes.end(), token.begin(), token.end());
  }
  return description;
}

// Merges are left, right, left, right, ...
inline Description with_pairs(const Strings& others, const std::vector<std::uint32_t>& merges,
                              Settings settings = {}) {
  Description description = description_of(bytes_and(others), settings);
  description.merges = merges;
  return description;
}

// Tokens from 256 on have the order given, the single bytes 0.
inline Description with_order(const Strings& others, const std::vector<std::uint32_t>& order,
                              Settings settings = {}) {
  settings.merging = Merging::tokens;
  Description description = description_of(bytes_and(others), settings);
  description.order.resize(256);
  description.order.insert(description.order.end(), order.begin(), order.end());
  return description;
}

}  // namespace czip::llm
