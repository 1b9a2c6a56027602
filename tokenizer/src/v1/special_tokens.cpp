#include "v1/special_tokens.hpp"

#include <algorithm>
#include <utility>

namespace czip::v1 {

SpecialTokens::SpecialTokens(std::vector<bpe::TokenDefinition> tokens)
    : tokens_(std::move(tokens)) {
  std::sort(tokens_.begin(), tokens_.end(),
            [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
  for (const bpe::TokenDefinition& token : tokens_) {
    begins_literal_[static_cast<unsigned char>(token.bytes[0])] = true;
  }
}

SpecialTokens::Occurrence SpecialTokens::find(std::string_view text, std::size_t from) const {
  if (tokens_.empty()) return {text.size(), 0, bpe::kNoTokenId};
  for (std::size_t i = from; i < text.size(); ++i) {
    if (!begins_literal_[static_cast<unsigned char>(text[i])]) continue;
    const bpe::TokenDefinition* token = longest_at(text.substr(i));
    if (token != nullptr) return {i, token->bytes.size(), token->id};
  }
  return {text.size(), 0, bpe::kNoTokenId};
}

// Byte by byte, narrow down the stretch of literals that begin like the text. The literal that ends
// after those bytes, if there is one, comes first in the stretch.
const bpe::TokenDefinition* SpecialTokens::longest_at(std::string_view text) const {
  const bpe::TokenDefinition* longest = nullptr;
  auto first = tokens_.begin();
  auto last = tokens_.end();
  for (std::size_t length = 0; first != last; ++length) {
    if (first->bytes.size() == length) {
      longest = &*first;
      ++first;
    }
    if (length == text.size()) break;
    const auto wanted = static_cast<unsigned char>(text[length]);
    const auto byte_of = [length](const bpe::TokenDefinition& token) {
      return static_cast<unsigned char>(token.bytes[length]);
    };
    first = std::partition_point(first, last, [&](const auto& t) { return byte_of(t) < wanted; });
    last = std::partition_point(first, last, [&](const auto& t) { return byte_of(t) == wanted; });
  }
  return longest;
}

TokenId SpecialTokens::id_of(std::string_view literal) const {
  const auto found = std::lower_bound(tokens_.begin(), tokens_.end(), literal,
                                      [](const bpe::TokenDefinition& token,
                                         std::string_view bytes) { return token.bytes < bytes; });
  return found != tokens_.end() && found->bytes == literal ? found->id : bpe::kNoTokenId;
}

}  // namespace czip::v1
