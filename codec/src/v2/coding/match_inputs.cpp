#include "czip/codec/v2/coding/match_inputs.hpp"

#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

constexpr std::uint32_t kPositionMask = (std::uint32_t{1} << kPositionBits) - 1;

// The number of tokens, at most kMaxMatchTokens, before `position` that are the same as the last
// ones.
std::uint32_t match_length(const History& history, std::uint32_t position) {
  std::uint32_t length = 0;
  while (length < kMaxMatchTokens && length < position &&
         history.rank_at(position - 1 - length) == history.recent(length + 1)) {
    ++length;
  }
  return length;
}

std::uint32_t length_class_of_map(std::uint32_t length) {
  if (length < kExactMatchLengths) return length;
  return kExactMatchLengths + (length - kExactMatchLengths) / kMatchLengthStep;
}

std::uint32_t map_index(std::size_t m, std::uint32_t length, std::uint32_t decision_class) {
  return static_cast<std::uint32_t>(m * kMatchStates) +
         length_class_of_map(length) * kDecisionClasses + decision_class;
}

}  // namespace

void MatchInputs::reset(std::uint32_t table_log2, std::span<const std::uint32_t> maps) {
  for (auto& table : table_) table.reset(std::size_t{1} << table_log2);
  table_log2_ = table_log2;
  maps_.assign(maps.begin(), maps.end());
}

std::uint32_t& MatchInputs::entry_of(std::size_t m, const History& history) {
  std::uint64_t hash = m + 1;
  for (std::size_t k = 1; k <= kMinMatchTokens[m]; ++k) {
    hash = extend_context(hash, history.recent(k));
  }
  return table_[m][static_cast<std::size_t>(place_of(hash, table_log2_))];
}

void MatchInputs::save_entries(UndoLog& log) {
  for (std::uint32_t* const entry : entry_)
    if (entry != nullptr) log.save(entry);
}

void MatchInputs::prefetch(const History& history) {
  for (std::size_t m = 0; m < kMatchInputs; ++m) {
    entry_[m] = history.size() >= kMinMatchTokens[m] ? &entry_of(m, history) : nullptr;
    __builtin_prefetch(entry_[m], 1);
  }
}

void MatchInputs::begin_token(const History& history, std::uint32_t stream,
                              MatchPositions& positions) {
  for (std::size_t m = 0; m < kMatchInputs; ++m) {
    Active& match = active_[m];
    match = {};
    std::uint32_t& position = positions.position[m];
    if (entry_[m] == nullptr) continue;
    std::uint32_t& entry = *entry_[m];
    std::uint32_t& length = positions.length[m];
    // Continue the match if it predicted the last token, otherwise look for another.
    if (position != 0 && history.rank_at(position) == history.recent(1)) {
      ++position;
      length = std::min(length + 1, kMaxMatchTokens);
    } else {
      const bool own = entry >> kPositionBits == stream;
      position = own ? entry & kPositionMask : 0;
      length = match_length(history, position);
    }
    if (length < kMinMatchTokens[m]) {
      position = 0;
    } else {
      match.length = length;
      match.rank = history.rank_at(position);
    }
    entry = stream << kPositionBits | static_cast<std::uint32_t>(history.size());
  }
}

void MatchInputs::predict(const Decision& decision, const Logistic& logistic,
                          std::span<std::int32_t> inputs) {
  for (std::size_t m = 0; m < kMatchInputs; ++m) {
    Active& match = active_[m];
    inputs[m] = 0;
    match.used = match.length != 0 && decision.can_be(match.rank);
    if (!match.used) continue;
    match.bit = decision.bit(match.rank);
    match.state = map_index(m, match.length, decision.decision_class());
    const std::int32_t x = logistic.stretch(AdaptiveProbability(maps_[match.state]).p());
    inputs[m] = match.bit ? x : -x;
  }
}

MatchInputs::Expected MatchInputs::expected(std::size_t m) const {
  const Active& match = active_[m];
  if (match.length == 0) return {kNoToken, 0};
  return {match.rank, AdaptiveProbability(maps_[map_index(m, match.length, kCandidateClass)]).p()};
}

void MatchInputs::update(bool bit) {
  for (const Active& match : active_) {
    if (!match.used) continue;
    AdaptiveProbability p(maps_[match.state]);
    p.update(bit == match.bit, kMatchMapLimit);
    maps_[match.state] = p.raw();
  }
}

}  // namespace czip::v2
