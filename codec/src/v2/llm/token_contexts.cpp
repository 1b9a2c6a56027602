#include "czip/codec/v2/llm/token_contexts.hpp"

#include <algorithm>
#include <bit>

#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

std::uint32_t table_log2_of(std::uint64_t text_bytes) {
  return std::clamp(static_cast<std::uint32_t>(std::bit_width(text_bytes)), kLlmMinTableLog2,
                    kLlmMaxTableLog2);
}

}  // namespace

void Successors::add(std::uint32_t token) {
  std::size_t at = 0;
  while (at + 1 < entries.size() && entries[at] != 0 && this->token(at) != token) ++at;
  const bool known = entries[at] != 0 && this->token(at) == token;
  const std::uint32_t count = known ? std::min(this->count(at) + 1, kLlmMaxCount) : 1;
  std::shift_right(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(at) + 1, 1);
  entries[0] = token << 8 | count;
  // The others are less likely than they were.
  for (std::size_t i = 1; i < entries.size(); ++i)
    if (this->count(i) > 2) entries[i] -= 1;
}

void TokenContexts::reset(std::uint64_t text_bytes) {
  table_log2_ = table_log2_of(text_bytes);
  table_.assign(std::size_t{1} << table_log2_, Successors());
}

std::uint64_t TokenContexts::bytes(std::uint64_t text_bytes) {
  return sizeof(Successors) << table_log2_of(text_bytes);
}

void TokenContexts::begin_token(const LlmStream& stream) {
  std::uint64_t hash = 0;
  std::size_t order = 0;
  for (std::size_t n = 0; n < kLlmMaxOrder; ++n) {
    hash = hash_combine(hash, stream.recent[n]);
    if (kLlmOrders[order] != n + 1) continue;
    places_[order] = static_cast<std::size_t>(place_of(hash, table_log2_));
    checks_[order] = static_cast<std::uint32_t>(hash) | 1;
    ++order;
  }
}

void TokenContexts::end_token(std::uint32_t token) {
  for (std::size_t order = 0; order < kLlmOrders.size(); ++order) {
    Successors& successors = table_[places_[order]];
    if (successors.check != checks_[order]) successors = {.check = checks_[order]};
    successors.add(token);
  }
}

std::uint32_t context_stand(const Successors* successors, std::uint32_t token) {
  if (successors == nullptr) return 0;
  for (std::uint32_t i = 0; i < kLlmSuccessors && successors->entries[i] != 0; ++i)
    if (successors->token(i) == token)
      return 1 + kLlmCountClasses * (1 + i) + count_class(successors->count(i));
  return 1 + count_class(successors->count(0));
}

}  // namespace czip::v2
