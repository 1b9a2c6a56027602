// What a text costs by a model's prediction: the bits of every token, what the parts of the
// predictor save of them, and the tokens that were expected instead. All are integers, made of the
// very probabilities that code; v1/scoring.hpp and v2/scoring.hpp give them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/codec/io/trailing_data.hpp"

namespace czip {

// Costs are in units of 2^-16 bit.
inline constexpr int kCostFractionBits = 16;
inline constexpr std::uint32_t kCostOfBit = std::uint32_t{1} << kCostFractionBits;
inline constexpr std::uint32_t kCostOfByte = 8 * kCostOfBit;

// The information of an event that has `part` of `whole` chances, log2(whole / part), as a cost,
// rounded. 1 <= part <= whole.
[[nodiscard]] std::uint32_t code_length(std::uint32_t part, std::uint32_t whole);

// Of CZIPv2's predictor: what its mixers are given, where `network` is both networks, and `rest`:
// the bias, and roundings.
enum class PredictorPart : std::uint8_t { counters, prior, matches, lists, network, rest };
inline constexpr std::size_t kPredictorParts = 6;
[[nodiscard]] std::string_view predictor_part_name(PredictorPart part);

// What each part saves of a token, in units of 2^-16 bit; negative where it misled.
//
// A token is a number of binary decisions, and one about which nothing is known costs one bit. A
// decision's cost, which is 1 bit less all savings, is divided so: the mixer's output is a sum of
// inputs times weights, and what it saves (its cost to one half's) is divided among the parts in
// proportion to their sums, which may have both signs. This is the attribution of integrated
// gradients (Sundararajan, Taly and Yan 2017) from inputs of 0 to those that were; for a function
// of a sum, it is exact. What is left by roundings goes to `rest`. So, for every token,
// decisions * kCostOfBit = cost + the sum of savings.
//
// Weights that no training gives can make parts of any size that cancel each other: a part but
// `rest` saves at most kMaxSaving of a token, or loses as much, and the difference goes to `rest`.
inline constexpr std::int32_t kMaxSaving = std::int32_t{1} << 28;
using PartSavings = std::array<std::int32_t, kPredictorParts>;

struct TokenScore {
  std::uint32_t token = 0;
  std::uint32_t bytes = 0;      // of text
  std::uint32_t cost = 0;       // below 2^27
  std::uint32_t decisions = 0;  // binary ones; 0 where the coder codes a token at once
};

// A token that was possible in some place. Its cost leaves out what the predictor learns between
// the decisions of one token, so that the cost of the token that came can differ a little.
struct Candidate {
  std::string_view bytes;  // empty: none, or a token without bytes
  std::uint32_t cost = 0;
};

enum class ScoredKind : std::uint8_t {
  coded,     // with the model
  stored,    // as it is: every byte is a "token" and costs 8 bits
  repeated,  // a pattern that fills the block: its bytes cost 8 bits, or its tokens what they were
             // coded with; all others nothing
};

// A block of the text, or some of its chunks: what is scored at a time. Everything is valid during
// the call that gives it.
struct ScoredBlock {
  ScoredKind kind = ScoredKind::coded;
  std::uint64_t text_offset = 0;
  std::span<const std::uint8_t> text;
  std::span<const TokenScore> tokens;    // in the order of the text, which they make up
  std::span<const PartSavings> savings;  // [tokens], if they were asked for and there are any
  // [tokens][candidates_per_token], of the first tokens; may be empty.
  std::span<const Candidate> candidates;
  std::size_t candidates_per_token = 0;
};

// Gets the blocks in the order of the text. An error ends the scoring.
using ScoreVisitor = std::function<Status(const ScoredBlock&)>;

// How many likely tokens are looked for in each place, and where: candidates take longer than all
// the rest.
struct CandidateOptions {
  std::uint32_t count = 0;
  // Only for tokens that begin before this byte of the text.
  std::uint64_t text_bytes = std::numeric_limits<std::uint64_t>::max();
};
inline constexpr std::uint32_t kMaxCandidates = 64;

struct ScoreReport {
  std::uint64_t text_bytes = 0;
  std::uint64_t tokens = 0;
  std::uint64_t cost = 0;
  TrailingData trailing;  // of a file
};

}  // namespace czip
