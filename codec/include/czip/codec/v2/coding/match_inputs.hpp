// Inputs from match models (paq, lpaq: Mahoney): the place in this stream where the last few tokens
// stood before predicts what followed there.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/decision.hpp"
#include "czip/codec/v2/coding/history.hpp"
#include "czip/codec/v2/coding/undo_log.hpp"
#include "czip/codec/v2/coding/zeroed_array.hpp"
#include "czip/engine/v2/adaptive_probability.hpp"
#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {

// For each match model, the index in the stream of the token that it predicts next, 0: no match,
// and the number of tokens before it that are the same as the last ones, at most kMaxMatchTokens.
// Each stream has its own.
struct MatchPositions {
  std::array<std::uint32_t, kMatchInputs> position{};
  std::array<std::uint32_t, kMatchInputs> length{};
};

class MatchInputs {
 public:
  MatchInputs() = default;
  MatchInputs(std::uint32_t table_log2, std::span<const std::uint32_t> maps) {
    reset(table_log2, maps);
  }

  // Begins with maps [kMatchInputs][kMatchStates], AdaptiveProbability::raw: the probability that
  // the predicted bit comes. Each model gets a table of 2^table_log2 positions.
  void reset(std::uint32_t table_log2, std::span<const std::uint32_t> maps);

  // Finds the entries of the last tokens, for begin_token(), and begins to load them.
  void prefetch(const History& history);
  void begin_token(const History& history, std::uint32_t stream, MatchPositions& positions);
  void predict(const Decision& decision, const Logistic& logistic, std::span<std::int32_t> inputs);
  void update(bool bit);

  // Between prefetch() and begin_token(), saves what the latter changes in the tables.
  void save_entries(UndoLog& log);
  void save_tables(UndoLog& log) {
    for (auto& table : table_) log.save(table.data(), table.size());
  }
  [[nodiscard]] std::span<std::uint32_t> maps_to_restore() { return maps_; }

  // Class of the length of the long model's match, 0..kMatchClasses - 1; 0: no match, or none that
  // is used at this node.
  [[nodiscard]] std::uint32_t long_length_class() const { return length_class(active_[0]); }
  // The same class, of the longer of both matches.
  [[nodiscard]] std::uint32_t max_length_class() const {
    return std::max(length_class(active_[0]), length_class(active_[1]));
  }
  // What a model says of this decision: 0: nothing, else 1 + the bit that it predicts.
  [[nodiscard]] std::uint32_t stand(std::size_t m) const {
    return active_[m].used ? 1u + (active_[m].bit ? 1u : 0u) : 0u;
  }
  // The token that a model predicts and the probability (Q22) that it comes; kNoToken: none.
  struct Expected {
    std::uint32_t rank;
    std::uint32_t probability;
  };
  [[nodiscard]] Expected expected(std::size_t m) const;
  [[nodiscard]] std::span<const std::uint32_t> maps() const { return maps_; }

 private:
  struct Active {
    std::uint32_t length = 0;  // 0: no match
    std::uint32_t rank = 0;    // the predicted token
    std::uint32_t state = 0;   // index of its map
    bool used = false;         // whether the predicted token can still come
    bool bit = false;          // the predicted bit
  };

  [[nodiscard]] static std::uint32_t length_class(const Active& match) {
    if (!match.used) return 0;
    std::uint32_t length_class = 1;
    for (const std::uint32_t begin : kMatchClassBegin)
      length_class += match.length >= begin ? 1 : 0;
    return length_class;
  }

  // The entry of the last tokens. The history must have kMinMatchTokens[m] of them.
  [[nodiscard]] std::uint32_t& entry_of(std::size_t m, const History& history);

  // An entry has the stream's number above a position of kPositionBits bits: a block has at most
  // 2^26 bytes (kMaxBlockBytes) and a token at least one.
  std::array<ZeroedArray<std::uint32_t>, kMatchInputs> table_;
  std::uint32_t table_log2_ = 0;
  std::vector<std::uint32_t> maps_;
  std::array<Active, kMatchInputs> active_;
  std::array<std::uint32_t*, kMatchInputs> entry_{};  // of the last tokens; null: they are too few
};

}  // namespace czip::v2
