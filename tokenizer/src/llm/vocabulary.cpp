#include "llm/vocabulary.hpp"

#include <algorithm>
#include <string>

#include "bpe/limits.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"

namespace czip::llm {
namespace {

static_assert(Tokenizer::kMaxTokens == bpe::kMaxTokenIds);
static_assert(Tokenizer::kMaxTokenBytes == bpe::kMaxTokenBytes);

std::string named(std::size_t id) { return "the tokenizer's token " + std::to_string(id); }

// "0x0a"
std::string hexadecimal(std::uint8_t byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

}  // namespace

Result<Vocabulary> Vocabulary::build(const std::vector<std::uint16_t>& lengths,
                                     const std::vector<std::uint8_t>& bytes) {
  if (lengths.size() > Tokenizer::kMaxTokens)
    return fail(ErrorCode::unsupported, "the tokenizer has " + std::to_string(lengths.size()) +
                                            " tokens; at most 2^20 are possible");
  if (bytes.size() > bpe::kMaxVocabularyBytes)
    return fail(ErrorCode::unsupported, "the tokenizer's tokens have " +
                                            std::to_string(bytes.size()) +
                                            " bytes; at most 16 MiB are possible");
  Vocabulary vocabulary;
  CZIP_TRY(vocabulary.place(lengths, bytes));
  CZIP_TRY(vocabulary.check_distinct());
  CZIP_TRY(vocabulary.find_byte_tokens());
  const Status status = vocabulary.index_.build(vocabulary.ids_, vocabulary.bytes_of_);
  if (!status) return fail(status.error().code, "the tokenizer's tokens collide in a hash table");
  return vocabulary;
}

Status Vocabulary::place(const std::vector<std::uint16_t>& lengths,
                         const std::vector<std::uint8_t>& bytes) {
  storage_.assign(bytes.begin(), bytes.end());
  bytes_of_.resize(lengths.size());
  std::string_view rest(storage_.data(), storage_.size());
  for (std::size_t id = 0; id < lengths.size(); ++id) {
    const std::size_t length = lengths[id];
    if (length > Tokenizer::kMaxTokenBytes)
      return fail(ErrorCode::unsupported, named(id) + " has " + std::to_string(length) +
                                              " bytes; at most 1024 are possible");
    if (length > rest.size())
      return fail(ErrorCode::corrupt, named(id) + " goes beyond the tokens' bytes");
    if (length == 0) continue;
    const std::string_view token = bytes_of_[id] = rest.substr(0, length);
    rest.remove_prefix(length);
    ids_.push_back(static_cast<TokenId>(id));
    longest_ = std::max(longest_, length);
    for (std::size_t i = 1; i < length; ++i) neighbours_.set(neighbours(token[i - 1], token[i]));
  }
  if (!rest.empty())
    return fail(ErrorCode::corrupt,
                std::to_string(rest.size()) + " bytes are left over behind the tokenizer's tokens");
  return {};
}

Status Vocabulary::check_distinct() const {
  std::vector<TokenId> sorted = ids_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [this](TokenId a, TokenId b) { return bytes_of_[a] < bytes_of_[b]; });
  const auto twin = std::adjacent_find(sorted.begin(), sorted.end(), [this](TokenId a, TokenId b) {
    return bytes_of_[a] == bytes_of_[b];
  });
  if (twin != sorted.end())
    return fail(ErrorCode::corrupt, "the tokenizer's tokens " + std::to_string(*twin) + " and " +
                                        std::to_string(*(twin + 1)) + " have the same bytes");
  return {};
}

Status Vocabulary::find_byte_tokens() {
  byte_tokens_.fill(bpe::kNoTokenId);
  for (const TokenId id : ids_)
    if (bytes_of_[id].size() == 1)
      byte_tokens_[static_cast<std::uint8_t>(bytes_of_[id].front())] = id;
  const auto missing = std::find(byte_tokens_.begin(), byte_tokens_.end(), bpe::kNoTokenId);
  if (missing != byte_tokens_.end())
    return fail(ErrorCode::corrupt,
                "the tokenizer has no token for the byte " +
                    hexadecimal(static_cast<std::uint8_t>(missing - byte_tokens_.begin())) +
                    ", so it cannot hold every text");
  return {};
}

}  // namespace czip::llm
