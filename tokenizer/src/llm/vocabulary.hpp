// The tokens of a public model's tokenizer: bytes of an id, id of some bytes.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bpe/vocabulary.hpp"
#include "czip/base/error.hpp"
#include "czip/tokenizer/token_id.hpp"

namespace czip::llm {

// Which two bytes are neighbours in some token. Between others no token crosses, so a text may be
// cut there without a change of its tokens.
using NeighbourSet = std::bitset<kByteValues * kByteValues>;

[[nodiscard]] inline std::size_t neighbours(char left, char right) {
  return std::size_t{static_cast<std::uint8_t>(left)} << 8 | static_cast<std::uint8_t>(right);
}

class Vocabulary {
 public:
  // Errors: those of Tokenizer::create for tokens, lengths and bytes.
  static Result<Vocabulary> build(const std::vector<std::uint16_t>& lengths,
                                  const std::vector<std::uint8_t>& bytes);

  // Not copyable: `bytes_of_` points into `storage_`.
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;
  Vocabulary(Vocabulary&&) noexcept = default;
  Vocabulary& operator=(Vocabulary&&) noexcept = default;
  ~Vocabulary() = default;

  [[nodiscard]] std::size_t size() const { return bytes_of_.size(); }
  [[nodiscard]] const std::vector<std::string_view>& all_bytes() const { return bytes_of_; }
  [[nodiscard]] std::string_view bytes(TokenId id) const {
    return id < bytes_of_.size() ? bytes_of_[id] : std::string_view{};
  }
  // Ids with bytes, ascending.
  [[nodiscard]] const std::vector<TokenId>& ids() const { return ids_; }
  [[nodiscard]] TokenId byte_token(char byte) const {
    return byte_tokens_[static_cast<std::uint8_t>(byte)];
  }
  // bpe::kNoTokenId where there is none.
  [[nodiscard]] TokenId find(std::string_view bytes) const {
    if (bytes.size() > longest_) return bpe::kNoTokenId;
    return index_.find(bytes, bytes_of_);
  }
  // Whether a token has these two bytes one behind the other.
  [[nodiscard]] bool joins(char left, char right) const {
    return neighbours_[neighbours(left, right)];
  }

 private:
  Vocabulary() = default;
  Status place(const std::vector<std::uint16_t>& lengths, const std::vector<std::uint8_t>& bytes);
  Status check_distinct() const;
  Status find_byte_tokens();

  std::vector<char> storage_;
  std::vector<std::string_view> bytes_of_;
  std::vector<TokenId> ids_;
  std::array<TokenId, kByteValues> byte_tokens_{};
  std::size_t longest_ = 0;
  bpe::TokenIndex index_;
  NeighbourSet neighbours_;
};

}  // namespace czip::llm
