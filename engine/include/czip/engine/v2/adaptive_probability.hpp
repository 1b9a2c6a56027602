// Adaptive probability: moves towards the bits seen in its context, quickly at first and then at a
// rate that its limit sets. An array of them, indexed by a context, is the StateMap of lpaq
// (Mahoney 2007).
#pragma once

#include <array>
#include <cstdint>

#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {

// A probability in Q22 above a count of 10 bits.
inline constexpr int kAdaptiveCountBits = 10;
static_assert(kProbabilityBits + kAdaptiveCountBits == 32);

// kReciprocals[n] = 2^16 / (n + 1.5), rounded down.
inline constexpr int kReciprocalBits = 16;
inline constexpr auto kReciprocals = [] {
  std::array<std::uint32_t, std::size_t{1} << kAdaptiveCountBits> table{};
  for (std::uint32_t n = 0; n < table.size(); ++n) {
    table[n] = (std::uint32_t{2} << kReciprocalBits) / (2 * n + 3);
  }
  return table;
}();

// The probability of a 1, Q22, above a count of 10 bits, in the 32 bits that a model stores.
class AdaptiveProbability {
 public:
  // One half, count 0.
  constexpr AdaptiveProbability() = default;
  constexpr explicit AdaptiveProbability(std::uint32_t raw) : raw_(raw) {}

  // 0..kMaxProbability.
  [[nodiscard]] constexpr std::uint32_t p() const { return raw_ >> kAdaptiveCountBits; }
  [[nodiscard]] constexpr std::uint32_t raw() const { return raw_; }

  // Moves the probability by 1 / (n + 1.5) of its error, n being the count, which stops at `limit`
  // (at most 1023). |target - p| < 2^22 and a reciprocal is below 2^16, so the product is within
  // +-2^38.
  constexpr void update(bool bit, std::uint32_t limit) {
    constexpr std::int64_t kHighest = kMaxProbability;
    constexpr std::uint32_t kCountMask = (1 << kAdaptiveCountBits) - 1;
    const auto p = static_cast<std::int64_t>(raw_ >> kAdaptiveCountBits);
    const std::int64_t target = bit ? kHighest : 0;
    const std::uint32_t n = raw_ & kCountMask;
    const std::int64_t moved = p + (((target - p) * kReciprocals[n]) >> kReciprocalBits);
    raw_ = (static_cast<std::uint32_t>(moved) << kAdaptiveCountBits) | (n < limit ? n + 1 : n);
  }

 private:
  std::uint32_t raw_ = std::uint32_t{1} << 31;
};

}  // namespace czip::v2
