#include "llm/merger.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>

#include "llm/characters.hpp"

namespace czip::llm {
namespace {

constexpr std::uint32_t kNoPlace = 0xffffffff;

}  // namespace

void Merger::merge(std::string_view part, std::vector<TokenId>& out) {
  symbols_.clear();
  if (start_ == Start::bytes)
    load_bytes(part);
  else
    load_characters(part);
  queue_pairs();
  while (!queue_.empty()) {
    const std::uint64_t top = queue_.front();
    std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
    queue_.pop_back();
    const auto place = static_cast<std::uint32_t>(top);
    // Entries of pairs that have changed since stay in the queue and are passed over here.
    if (symbols_[place].merge != MergeTable::kNone && queue_entry(place) == top) merge_at(place);
  }
  for (std::uint32_t i = 0; i != kNoPlace; i = symbols_[i].next) out.push_back(symbols_[i].id);
}

void Merger::load_bytes(std::string_view bytes) {
  for (const char byte : bytes)
    symbols_.push_back({vocabulary_->byte_token(byte), MergeTable::kNone, kNoPlace, kNoPlace});
}

void Merger::load_characters(std::string_view part) {
  for (std::size_t at = 0; at < part.size();) {
    const std::string_view character = part.substr(at, character_size(part, at));
    const TokenId id = vocabulary_->find(character);
    if (id == bpe::kNoTokenId)
      load_bytes(character);
    else
      symbols_.push_back({id, MergeTable::kNone, kNoPlace, kNoPlace});
    at += character.size();
  }
}

void Merger::queue_pairs() {
  queue_.clear();
  for (std::size_t i = 1; i < symbols_.size(); ++i) {
    Symbol& left = symbols_[i - 1];
    const auto place = static_cast<std::uint32_t>(i);
    left.next = place;
    symbols_[i].previous = place - 1;
    left.merge = merges_->find(left.id, symbols_[i].id);
    ++lookups_;
    if (left.merge != MergeTable::kNone) queue_.push_back(queue_entry(place - 1));
  }
  std::make_heap(queue_.begin(), queue_.end(), std::greater<>());
}

void Merger::merge_at(std::uint32_t place) {
  Symbol& symbol = symbols_[place];
  Symbol& absorbed = symbols_[symbol.next];
  symbol.id = merges_->result(symbol.merge);
  symbol.next = absorbed.next;
  absorbed.merge = MergeTable::kNone;
  if (symbol.next != kNoPlace) symbols_[symbol.next].previous = place;
  update_merge_at(place);
  if (symbol.previous != kNoPlace) update_merge_at(symbol.previous);
}

void Merger::update_merge_at(std::uint32_t place) {
  Symbol& symbol = symbols_[place];
  symbol.merge = MergeTable::kNone;
  if (symbol.next == kNoPlace) return;
  symbol.merge = merges_->find(symbol.id, symbols_[symbol.next].id);
  ++lookups_;
  if (symbol.merge == MergeTable::kNone) return;
  queue_.push_back(queue_entry(place));
  std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
}

}  // namespace czip::llm
