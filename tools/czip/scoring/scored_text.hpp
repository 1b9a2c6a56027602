// What a text costs by one model, for reports.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/scoring.hpp"
#include "scoring/models.hpp"
#include "scoring/subject.hpp"

namespace czip::tool {

[[nodiscard]] constexpr double bits(std::int64_t cost) {
  return static_cast<double>(cost) / kCostOfBit;
}

struct ScoreWishes {
  bool savings = false;
  std::uint32_t candidates = 0;     // for each token of the detail
  std::uint64_t detail_bytes = 0;   // tokens that begin before this byte are kept
  std::uint64_t detail_memory = 0;  // bytes that it may take
  std::size_t curve_points = 0;     // at most
};

struct ScoredText {
  struct NamedCost {
    std::string bytes;
    std::uint32_t cost = 0;
  };

  std::string model;  // its label
  std::string how;    // "level 6", "as coded", "context of 512 tokens"
  ScoreReport report;
  // Of all tokens.
  bool has_savings = false;
  std::array<std::int64_t, kPredictorParts> savings{};
  // The cost of each `curve_step` bytes of the text, the last one of all that is left; a token's is
  // spread over its bytes.
  std::uint64_t curve_step = 1;
  std::vector<std::uint64_t> curve;
  // The detail: the first tokens. What grows takes no more than it needs.
  std::deque<TokenScore> tokens;
  std::deque<PartSavings> token_savings;  // [tokens] or empty
  std::deque<NamedCost> candidates;       // [tokens][candidates_per_token]
  std::uint64_t detail_memory = 0;        // bytes that they take
  std::size_t candidates_per_token = 0;

  [[nodiscard]] double bits_per_byte() const;
  // Of a point of the curve: its bytes of text, and bits per byte.
  [[nodiscard]] std::uint64_t point_bytes(std::size_t point) const;
  [[nodiscard]] double point_bits(std::size_t point) const;
  [[nodiscard]] double bits_per_token() const;
  // What a part saves of all that is saved, in percent, rounded to tenths.
  [[nodiscard]] double share_percent(std::size_t part) const;
};

// Scores the subject with one of the models: a CZIPv2 file of that model as it was coded, unless a
// level is asked for; else its text at the level. Errors: those of the codec; over_limit (the
// detail).
Result<ScoredText> score_subject(const Session& session, std::vector<ScoringModel>& models,
                                 std::size_t index, const Subject& subject,
                                 const ScoreWishes& wishes);

}  // namespace czip::tool
