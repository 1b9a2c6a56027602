#include "bpe/merger.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>

namespace czip::bpe {
namespace {

// Up to here, looking at all pairs for each merge beats keeping a queue of them.
constexpr std::size_t kShortPiece = 48;

constexpr std::uint32_t kNoSymbol = 0xFFFFFFFFU;

}  // namespace

void Merger::merge(std::string_view piece, std::vector<TokenId>& out) {
  if (piece.size() <= kShortPiece) {
    merge_short(piece, out);
  } else {
    merge_long(piece, out);
  }
}

void Merger::merge_short(std::string_view piece, std::vector<TokenId>& out) const {
  if (piece.empty()) return;
  const Vocabulary& vocabulary = *vocabulary_;
  std::array<TokenId, kShortPiece> tokens;
  std::array<TokenId, kShortPiece> ranks;  // of merging a token with the next one
  std::size_t count = piece.size();
  for (std::size_t i = 0; i < count; ++i) tokens[i] = vocabulary.byte_token(piece[i]);
  for (std::size_t i = 0; i + 1 < count; ++i) {
    ranks[i] = vocabulary.merged(tokens[i], tokens[i + 1]);
  }
  while (count > 1) {
    std::size_t best = 0;
    for (std::size_t i = 1; i + 1 < count; ++i) {
      if (ranks[i] < ranks[best]) best = i;
    }
    if (ranks[best] == kNoTokenId) break;
    tokens[best] = ranks[best];
    --count;
    for (std::size_t i = best + 1; i < count; ++i) tokens[i] = tokens[i + 1];
    for (std::size_t i = best; i + 1 < count; ++i) ranks[i] = ranks[i + 1];
    if (best > 0) ranks[best - 1] = vocabulary.merged(tokens[best - 1], tokens[best]);
    if (best + 1 < count) ranks[best] = vocabulary.merged(tokens[best], tokens[best + 1]);
  }
  out.insert(out.end(), tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(count));
}

void Merger::merge_long(std::string_view piece, std::vector<TokenId>& out) {
  const auto end = static_cast<std::uint32_t>(piece.size());
  load_symbols(piece);
  while (!queue_.empty()) {
    const std::uint64_t top = queue_.front();
    std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
    queue_.pop_back();
    const auto rank = static_cast<TokenId>(top >> 32);
    const auto position = static_cast<std::uint32_t>(top & 0xFFFFFFFFU);
    // Entries of pairs that have changed since stay in the queue and are passed over here.
    if (symbols_[position].merged_with_next == rank) merge_at(position, end);
  }
  for (std::uint32_t i = 0; i < end; i = symbols_[i].next) out.push_back(symbols_[i].id);
}

void Merger::load_symbols(std::string_view piece) {
  const auto end = static_cast<std::uint32_t>(piece.size());
  symbols_.resize(piece.size());
  queue_.clear();
  for (std::uint32_t i = 0; i < end; ++i) {
    symbols_[i] = {vocabulary_->byte_token(piece[i]), kNoTokenId, i == 0 ? kNoSymbol : i - 1,
                   i + 1};
  }
  for (std::uint32_t i = 0; i + 1 < end; ++i) {
    const TokenId merged = vocabulary_->merged(symbols_[i].id, symbols_[i + 1].id);
    symbols_[i].merged_with_next = merged;
    if (merged != kNoTokenId) queue_.push_back((std::uint64_t{merged} << 32) | i);
  }
  std::make_heap(queue_.begin(), queue_.end(), std::greater<>());
}

void Merger::merge_at(std::uint32_t position, std::uint32_t end) {
  Symbol& symbol = symbols_[position];
  Symbol& absorbed = symbols_[symbol.next];
  symbol.id = symbol.merged_with_next;
  symbol.next = absorbed.next;
  absorbed.merged_with_next = kNoTokenId;
  if (symbol.next < end) symbols_[symbol.next].previous = position;
  update_merge_at(position, end);
  if (symbol.previous != kNoSymbol) update_merge_at(symbol.previous, end);
}

void Merger::update_merge_at(std::uint32_t position, std::uint32_t end) {
  Symbol& symbol = symbols_[position];
  symbol.merged_with_next =
      symbol.next < end ? vocabulary_->merged(symbol.id, symbols_[symbol.next].id) : kNoTokenId;
  if (symbol.merged_with_next == kNoTokenId) return;
  queue_.push_back((std::uint64_t{symbol.merged_with_next} << 32) | position);
  std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
}

}  // namespace czip::bpe
