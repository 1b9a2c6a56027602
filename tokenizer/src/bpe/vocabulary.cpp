#include "bpe/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "bpe/token_splits.hpp"

namespace czip::bpe {
namespace {

// With half the slots empty, an honest table has no run of used slots nearly as long. A vocabulary
// that was chosen to make look-ups slow is refused.
constexpr std::size_t kMaxProbes = 1024;

// A power of two of slots, at least twice as many as entries.
std::size_t slots_for(std::size_t entries) {
  return std::max<std::size_t>(16, std::bit_ceil(entries * 2));
}

std::uint64_t load_word(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

std::uint32_t load_half_word(const char* bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * kHashMultiplier;
  return hash ^ (hash >> 32);
}

// Depends on the machine's byte order; no result does, because equality of the bytes decides a
// look-up.
std::uint64_t hash_of(std::string_view bytes) {
  const char* data = bytes.data();
  const std::size_t size = bytes.size();
  std::uint64_t hash = size;
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) hash = mix(hash, load_word(data + i));
    hash = mix(hash, load_word(data + size - 8));
  } else if (size >= 4) {
    const std::uint64_t high = load_half_word(data);
    hash = mix(hash, (high << 32) | load_half_word(data + size - 4));
  } else {
    std::uint64_t word = 0;
    for (const char byte : bytes) word = (word << 8) | static_cast<unsigned char>(byte);
    hash = mix(hash, word);
  }
  return mix(hash, size);
}

std::uint32_t tag_of(std::uint64_t hash) {
  return (static_cast<std::uint32_t>(hash >> 32) | 1U) << kTokenIdBits;
}

Status tokens_collide() {
  return fail(ErrorCode::unsupported, "the tokens collide in a hash table");
}

constexpr std::uint32_t kIndexIdMask = (std::uint32_t{1} << kTokenIdBits) - 1;

}  // namespace

Status PairTable::build(const std::vector<std::uint64_t>& packed_pairs) {
  const std::size_t count = slots_for(packed_pairs.size());
  slots_.assign(count, 0);
  mask_ = count - 1;
  shift_ = static_cast<unsigned>(64 - std::countr_zero(count));
  for (const std::uint64_t entry : packed_pairs) {
    std::size_t slot = first_slot(entry >> kTokenIdBits);
    std::size_t probes = 0;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask_) {
      if (++probes > kMaxProbes) return tokens_collide();
    }
    slots_[slot] = entry;
  }
  return {};
}

Status TokenIndex::build(const std::vector<TokenId>& ids,
                         const std::vector<std::string_view>& bytes_of) {
  const std::size_t count = slots_for(ids.size());
  slots_.assign(count, 0);
  mask_ = count - 1;
  for (const TokenId id : ids) {
    const std::uint64_t hash = hash_of(bytes_of[id]);
    std::size_t slot = static_cast<std::size_t>(hash) & mask_;
    std::size_t probes = 0;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask_) {
      if (++probes > kMaxProbes) return tokens_collide();
    }
    slots_[slot] = tag_of(hash) | id;
  }
  return {};
}

TokenId TokenIndex::find(std::string_view bytes,
                         const std::vector<std::string_view>& bytes_of) const {
  const std::uint64_t hash = hash_of(bytes);
  const std::uint32_t tag = tag_of(hash);
  for (std::size_t slot = static_cast<std::size_t>(hash) & mask_;; slot = (slot + 1) & mask_) {
    const std::uint32_t entry = slots_[slot];
    if (entry == 0) return kNoTokenId;
    if ((entry & ~kIndexIdMask) != tag) continue;
    const TokenId id = entry & kIndexIdMask;
    if (bytes_of[id] == bytes) return id;
  }
}

Result<Vocabulary> Vocabulary::build(const std::vector<TokenDefinition>& mergeable,
                                     const std::vector<TokenDefinition>& special,
                                     std::size_t id_count) {
  std::size_t total_bytes = 0;
  std::size_t end_of_ids = 0;
  for (const auto* definitions : {&mergeable, &special}) {
    for (const TokenDefinition& token : *definitions) {
      end_of_ids = std::max<std::size_t>(end_of_ids, std::size_t{token.id} + 1);
      total_bytes += token.bytes.size();
      if (token.bytes.size() > kMaxTokenBytes || total_bytes > kMaxVocabularyBytes) {
        return fail(ErrorCode::unsupported, "the tokenizer's tokens are too long");
      }
    }
  }
  if (id_count == 0) id_count = end_of_ids;
  if (end_of_ids > id_count) {
    return fail(ErrorCode::corrupt, "token id " + std::to_string(end_of_ids - 1) +
                                        " is not below the number of ids, " +
                                        std::to_string(id_count));
  }
  if (id_count > kMaxTokenIds) {
    return fail(ErrorCode::unsupported, "the tokenizer has more than 2^20 token ids");
  }

  Vocabulary vocabulary;
  vocabulary.storage_.reserve(total_bytes);
  vocabulary.bytes_of_.resize(id_count);
  Status status = vocabulary.place_tokens(mergeable);
  if (status) status = vocabulary.index_mergeable(mergeable);
  if (status) status = vocabulary.check_special(special);
  if (status) status = vocabulary.place_tokens(special);
  CZIP_TRY(status);
  return vocabulary;
}

Status Vocabulary::place_tokens(const std::vector<TokenDefinition>& definitions) {
  for (const TokenDefinition& token : definitions) {
    if (token.bytes.empty()) {
      return fail(ErrorCode::corrupt, "token " + std::to_string(token.id) + " is empty");
    }
    if (!bytes_of_[token.id].empty()) {
      return fail(ErrorCode::corrupt, "two tokens have the id " + std::to_string(token.id));
    }
    const std::size_t offset = storage_.size();
    storage_.insert(storage_.end(), token.bytes.begin(), token.bytes.end());
    bytes_of_[token.id] = std::string_view(storage_.data() + offset, token.bytes.size());
  }
  return {};
}

Status Vocabulary::index_mergeable(const std::vector<TokenDefinition>& mergeable) {
  byte_tokens_.assign(kByteValues, kNoTokenId);
  std::vector<TokenId> ids;
  ids.reserve(mergeable.size());
  for (const TokenDefinition& token : mergeable) {
    ids.push_back(token.id);
    longest_token_ = std::max(longest_token_, token.bytes.size());
    if (token.bytes.size() == 1)
      byte_tokens_[static_cast<unsigned char>(token.bytes[0])] = token.id;
  }
  const auto missing = std::find(byte_tokens_.begin(), byte_tokens_.end(), kNoTokenId);
  if (missing != byte_tokens_.end()) {
    return fail(ErrorCode::corrupt, "byte " + std::to_string(missing - byte_tokens_.begin()) +
                                        " has no token of its own");
  }
  CZIP_TRY_ASSIGN(const auto splits, all_token_splits(ids, bytes_of_));
  CZIP_TRY(pairs_.build(splits));
  return index_.build(ids, bytes_of_);
}

Status Vocabulary::check_special(const std::vector<TokenDefinition>& special) const {
  std::vector<std::string_view> names;
  names.reserve(special.size());
  for (const TokenDefinition& token : special) {
    if (find(token.bytes) != kNoTokenId) {
      return fail(ErrorCode::corrupt, "special token " + std::to_string(token.id) +
                                          " has the bytes of an ordinary token");
    }
    names.push_back(token.bytes);
  }
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
    return fail(ErrorCode::corrupt, "two special tokens have the same bytes");
  }
  return {};
}

}  // namespace czip::bpe
