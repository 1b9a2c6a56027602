#include "czip/codec/v2/llm/token_match.hpp"

#include <algorithm>
#include <bit>

#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

std::uint32_t table_log2_of(std::uint64_t text_bytes) {
  return std::clamp(static_cast<std::uint32_t>(std::bit_width(text_bytes)), kLlmMinTableLog2,
                    kLlmMaxTableLog2) -
         2;
}

// How many tokens before `position` are those of the stream.
std::uint32_t common_length(const LlmStream& stream, const KnownTokens& known,
                            std::size_t position) {
  std::uint32_t length = 0;
  const std::size_t most =
      std::min<std::size_t>({kLlmMaxMatch, stream.position - stream.begin, position});
  while (length < most && known.at(position - 1 - length) == known.at(stream.position - 1 - length))
    ++length;
  return length;
}

}  // namespace

void TokenMatch::reset(std::uint64_t text_bytes) {
  table_log2_ = table_log2_of(text_bytes);
  table_.assign(std::size_t{1} << table_log2_, 0);
}

std::uint64_t TokenMatch::bytes(std::uint64_t text_bytes) {
  return sizeof(std::uint32_t) << table_log2_of(text_bytes);
}

std::size_t TokenMatch::place(const LlmStream& stream) const {
  std::uint64_t hash = 0;
  for (std::size_t n = 0; n < kLlmMatchTokens; ++n) hash = hash_combine(hash, stream.recent[n]);
  return static_cast<std::size_t>(place_of(hash, table_log2_));
}

void TokenMatch::note(const LlmStream& stream) {
  if (stream.position - stream.begin < kLlmMatchTokens) return;
  table_[place(stream)] = static_cast<std::uint32_t>(stream.position);
}

std::uint32_t TokenMatch::begin_token(LlmStream& stream, const KnownTokens& known) {
  if (stream.position - stream.begin < kLlmMatchTokens) return kNoLlmToken;
  std::uint32_t& last = table_[place(stream)];
  if (stream.match_length == 0 && last != 0) {
    stream.match = last;
    stream.match_length = common_length(stream, known, last);
    if (stream.match_length < kLlmMatchTokens) stream.match_length = 0;
  }
  last = static_cast<std::uint32_t>(stream.position);
  if (stream.match_length == 0) return kNoLlmToken;
  const std::uint32_t expected = known.at(stream.match);
  if (expected == kNoLlmToken) stream.match_length = 0;
  return expected;
}

void TokenMatch::end_token(LlmStream& stream, std::uint32_t token, std::uint32_t expected) {
  if (expected == kNoLlmToken) return;
  ++stream.match;
  stream.match_length = token == expected ? std::min(stream.match_length + 1, kLlmMaxMatch) : 0;
}

}  // namespace czip::v2
