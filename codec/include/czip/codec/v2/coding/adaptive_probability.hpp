// Adaptive probabilities: each moves towards the bits seen in its context, quickly at first and
// then at a rate that its limit sets (the StateMap of lpaq, Mahoney 2007).
#pragma once

#include <array>
#include <cstdint>

namespace czip::v2 {

// reciprocal[n] = 65536 / (n + 1.5), rounded down.
inline constexpr auto kReciprocals = [] {
  std::array<std::uint32_t, 1024> table{};
  for (std::uint32_t n = 0; n < table.size(); ++n) table[n] = 2 * 65536 / (2 * n + 3);
  return table;
}();

// 22 bits of probability of a 1 above 10 bits of count, in the 32 bits that a model stores.
class AdaptiveProbability {
 public:
  constexpr AdaptiveProbability() = default;
  constexpr explicit AdaptiveProbability(std::uint32_t raw) : raw_(raw) {}

  // In units of 2^-16.
  [[nodiscard]] constexpr std::uint32_t p() const { return raw_ >> 16; }
  [[nodiscard]] constexpr std::uint32_t raw() const { return raw_; }

  // limit is at most 1023. |target - p| < 2^22 and a reciprocal is below 2^16, so the product needs
  // 38 bits and a sign.
  constexpr void update(bool bit, std::uint32_t limit) {
    const auto p = static_cast<std::int64_t>(raw_ >> 10);
    const std::int64_t target = bit ? (1 << 22) - 1 : 0;
    const std::uint32_t n = raw_ & 1023;
    const std::int64_t moved = p + (((target - p) * kReciprocals[n]) >> 16);
    raw_ = (static_cast<std::uint32_t>(moved) << 10) | (n < limit ? n + 1 : n);
  }

 private:
  std::uint32_t raw_ = std::uint32_t{1} << 31;  // one half, never updated
};

}  // namespace czip::v2
