// The tokens of a tokenizer: bytes of an id, id of some bytes, and which two tokens merge into
// which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bpe/limits.hpp"
#include "czip/base/error.hpp"
#include "czip/tokenizer/token_id.hpp"

namespace czip::bpe {

// Above every id, so that the lowest rank of several is their minimum.
inline constexpr TokenId kNoTokenId = 0xFFFFFFFFU;

// Spreads the keys of both hash tables: 2^64 / golden ratio, odd (Knuth, The Art of Computer
// Programming, volume 3, section 6.4). No part of a format.
inline constexpr std::uint64_t kHashMultiplier = 0x9e3779b97f4a7c15;

struct TokenDefinition {
  std::string bytes;
  TokenId id;
};

// Which token two neighbours merge into: the one whose bytes are theirs put together.
class PairTable {
 public:
  // A pair and its merged token in one word, so that a lookup touches one cache line.
  static std::uint64_t pack(TokenId left, TokenId right, TokenId merged) {
    return (key_of(left, right) << kTokenIdBits) | merged;
  }

  // Error: unsupported, for pairs that were chosen to collide in the table.
  Status build(const std::vector<std::uint64_t>& packed_pairs);

  [[nodiscard]] TokenId merged(TokenId left, TokenId right) const {
    const std::uint64_t key = key_of(left, right);
    for (std::size_t slot = first_slot(key);; slot = (slot + 1) & mask_) {
      const std::uint64_t entry = slots_[slot];
      if ((entry >> kTokenIdBits) == key) return static_cast<TokenId>(entry & kIdMask);
      if (entry == 0) return kNoTokenId;
    }
  }

 private:
  static constexpr std::uint64_t kIdMask = (std::uint64_t{1} << kTokenIdBits) - 1;
  // Distinguishes every entry from an empty slot, which is 0.
  static constexpr std::uint64_t kUsed = std::uint64_t{1} << (2 * kTokenIdBits);

  static std::uint64_t key_of(TokenId left, TokenId right) {
    return kUsed | (std::uint64_t{left} << kTokenIdBits) | right;
  }
  [[nodiscard]] std::size_t first_slot(std::uint64_t key) const {
    return static_cast<std::size_t>((key * kHashMultiplier) >> shift_);
  }

  std::vector<std::uint64_t> slots_;
  std::size_t mask_ = 0;
  unsigned shift_ = 63;
};

// Finds the token that has some given bytes.
class TokenIndex {
 public:
  // `bytes_of[id]` must stay where it is; ids without bytes have an empty view. Error: unsupported,
  // for tokens that were chosen to collide in the table.
  Status build(const std::vector<TokenId>& ids, const std::vector<std::string_view>& bytes_of);

  [[nodiscard]] TokenId find(std::string_view bytes,
                             const std::vector<std::string_view>& bytes_of) const;

 private:
  // An entry is the id below a tag of hash bits that is never 0; an empty slot is 0.
  std::vector<std::uint32_t> slots_;
  std::size_t mask_ = 0;
};

class Vocabulary {
 public:
  // `mergeable` are the tokens of byte-pair merging, their id is their rank; `special` ones only
  // have bytes. `id_count` 0 means one more than the largest id.
  static Result<Vocabulary> build(const std::vector<TokenDefinition>& mergeable,
                                  const std::vector<TokenDefinition>& special,
                                  std::size_t id_count);

  // Not copyable: `bytes_of_` points into `storage_`.
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;
  Vocabulary(Vocabulary&&) noexcept = default;
  Vocabulary& operator=(Vocabulary&&) noexcept = default;
  ~Vocabulary() = default;

  [[nodiscard]] std::size_t id_count() const { return bytes_of_.size(); }

  // Empty for an id without bytes.
  [[nodiscard]] std::string_view bytes(TokenId id) const {
    return id < bytes_of_.size() ? bytes_of_[id] : std::string_view{};
  }

  // Bytes of the longest mergeable token.
  [[nodiscard]] std::size_t longest_token() const { return longest_token_; }

  [[nodiscard]] TokenId byte_token(char byte) const {
    return byte_tokens_[static_cast<unsigned char>(byte)];
  }

  // The mergeable token that has exactly these bytes, or kNoTokenId.
  [[nodiscard]] TokenId find(std::string_view bytes) const {
    if (bytes.size() > longest_token_) return kNoTokenId;
    return index_.find(bytes, bytes_of_);
  }

  // The token that two neighbours merge into (its id is the merge's rank), or kNoTokenId.
  [[nodiscard]] TokenId merged(TokenId left, TokenId right) const {
    return pairs_.merged(left, right);
  }

 private:
  Vocabulary() = default;
  Status place_tokens(const std::vector<TokenDefinition>& definitions);
  Status index_mergeable(const std::vector<TokenDefinition>& mergeable);
  Status check_special(const std::vector<TokenDefinition>& special) const;

  // A vector, since moving one (unlike a std::string) leaves its bytes where they are.
  std::vector<char> storage_;
  std::vector<std::string_view> bytes_of_;
  std::vector<TokenId> byte_tokens_;
  std::size_t longest_token_ = 0;
  TokenIndex index_;
  PairTable pairs_;
};

}  // namespace czip::bpe
