#include "llm_memory.hpp"

#include <algorithm>

namespace reference::llm {
namespace {

constexpr std::size_t kMostSuccessors = 3;
constexpr std::size_t kMostCount = 255;
constexpr std::size_t kMatchTokens = 4;
constexpr std::size_t kMostLength = 31;

std::size_t place_of(std::uint64_t h, int bits) {
  return table_index(h, static_cast<std::uint32_t>(bits));
}

}  // namespace

void TextStream::append(std::size_t token) {
  for (std::size_t k = kRecentTokens - 1; k > 0; --k) recent[k] = recent[k - 1];
  recent[0] = token + 1;
  ++tokens;
}

// --- Contexts

TokenContexts::TokenContexts(int b) : bits_(b), table_(std::size_t{1} << bits_) {}

void TokenContexts::begin_token(const TextStream& stream) {
  std::uint64_t h = 0;
  std::size_t i = 0;
  for (std::size_t k = 1; k <= kRecentTokens; ++k) {
    h = hash(h, stream.recent[k - 1]);
    if (k != kContextOrders[i]) continue;
    hashes_[i] = h;
    places_[i] = {place_of(h, bits_), static_cast<std::uint32_t>(h) | 1};
    ++i;
  }
}

const TokenContexts::Successors& TokenContexts::successors(std::size_t i) const {
  static const Successors kNone;
  const Entry& entry = table_[places_[i].index];
  return entry.check == places_[i].check ? entry.successors : kNone;
}

void TokenContexts::learn(std::size_t token) {
  for (const Place& place : places_) {
    Entry& entry = table_[place.index];
    if (entry.check != place.check) entry = {place.check, {}};
    Successors& all = entry.successors;
    TokenCount first{token, 1};
    const auto old = std::find_if(all.begin(), all.end(),
                                  [&](const TokenCount& one) { return one.token == token; });
    if (old != all.end()) {
      first.count = std::min(old->count + 1, kMostCount);
      all.erase(old);
    }
    all.insert(all.begin(), first);
    if (all.size() > kMostSuccessors) all.pop_back();
    for (std::size_t j = 1; j < all.size(); ++j)
      if (all[j].count > 2) --all[j].count;
  }
}

// --- Match

TokenMatch::TokenMatch(int b) : bits_(b - 2), table_(std::size_t{1} << bits_) {}

std::optional<std::size_t> TokenMatch::at(std::size_t position) const {
  return position < known_.size() ? known_[position] : std::nullopt;
}

void TokenMatch::begin_token(TextStream& stream) {
  expected_.reset();
  length_ = 0;
  if (stream.tokens < kMatchTokens) return;
  std::uint64_t h = 0;
  for (std::size_t k = 0; k < kMatchTokens; ++k) h = hash(h, stream.recent[k]);
  std::size_t& entry = table_[place_of(h, bits_)];
  if (stream.length == 0 && entry != 0) {
    stream.followed = entry;
    stream.length = common_length(stream, entry);
    if (stream.length < kMatchTokens) stream.length = 0;
  }
  entry = stream.position();
  if (stream.length > 0) expected_ = at(stream.followed);
  if (!expected_) stream.length = 0;
  length_ = stream.length;
}

std::size_t TokenMatch::common_length(const TextStream& stream, std::size_t position) const {
  const std::size_t most = std::min({kMostLength, stream.tokens, position});
  std::size_t length = 0;
  while (length < most) {
    const auto there = at(position - length - 1), here = at(stream.position() - length - 1);
    if (!there || !here || *there != *here) break;
    ++length;
  }
  return length;
}

void TokenMatch::end_token(TextStream& stream, std::size_t token) {
  const std::size_t position = stream.position();
  if (position >= known_.size()) known_.resize(position + 1);
  known_[position] = token;
  if (!expected_) return;
  ++stream.followed;
  stream.length = *expected_ == token ? std::min(stream.length + 1, kMostLength) : 0;
}

}  // namespace reference::llm
