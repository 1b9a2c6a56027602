// Inputs from match models: where the last few tokens stood before in this block, and what came
// next.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/adaptive_probability.hpp"
#include "czip/codec/v2/coding/history.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/node.hpp"
#include "czip/codec/v2/coding/zeroed_array.hpp"

namespace czip::v2 {

// One model looks for long matches, one for short ones.
inline constexpr std::size_t kMatchInputs = 2;
inline constexpr std::array<std::uint32_t, kMatchInputs> kMinMatchTokens{6, 3};
inline constexpr std::uint32_t kMaxMatchTokens = 32;
// States by length (at most 20 classes) and depth.
inline constexpr std::size_t kMatchStates = 32 * kDepthClasses;

// Where a stream's matches go on; each stream keeps its own. 0: no match.
struct MatchPositions {
  std::array<std::uint32_t, kMatchInputs> position{};
};

class MatchInputs {
 public:
  // maps: [kMatchInputs][kMatchStates], raw: the probability that the match is right.
  MatchInputs(std::uint32_t table_log2, std::span<const std::uint32_t> maps);

  void begin_token(const History& history, std::uint32_t stream, MatchPositions& positions);
  void predict(const Node& node, const Logistic& logistic, std::span<std::int32_t> inputs);
  void update(bool bit);

  // How long the long match is, in classes 0 (no match, or not for this node) to 4; likewise the
  // longer of both.
  [[nodiscard]] std::uint32_t long_length_class() const { return length_class(active_[0]); }
  [[nodiscard]] std::uint32_t max_length_class() const {
    return std::max(length_class(active_[0]), length_class(active_[1]));
  }
  // 0: no long match, else 1 + the bit that it expects.
  [[nodiscard]] std::uint32_t long_expected() const {
    return active_[0].used ? 1u + (active_[0].bit ? 1u : 0u) : 0u;
  }
  [[nodiscard]] std::span<const std::uint32_t> maps() const { return maps_; }

 private:
  struct Active {
    std::uint32_t length = 0;  // 0: no match
    std::uint32_t rank = 0;    // what it expects
    std::uint32_t state = 0;
    bool used = false;  // for this node
    bool bit = false;
  };

  [[nodiscard]] static std::uint32_t length_class(const Active& match) {
    if (!match.used) return 0;
    return match.length < 4 ? 1 : match.length < 8 ? 2 : match.length < 16 ? 3 : 4;
  }

  // Entries hold the stream in the upper 6 bits and a position below; positions are below 2^26, for
  // a block has at most that many bytes.
  std::array<ZeroedArray<std::uint32_t>, kMatchInputs> table_;
  std::uint32_t shift_;
  std::vector<std::uint32_t> maps_;
  std::array<Active, kMatchInputs> active_;
};

}  // namespace czip::v2
