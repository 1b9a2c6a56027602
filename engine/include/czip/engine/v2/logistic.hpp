// The logistic domain of context mixing (Mahoney, "Adaptive Weighing of Context Models", 2005):
// stretch(p) = ln(p / (1 - p)); squash is its inverse.
//
// Units: a stretched value has 8 fractional bits; a probability is that of a 1, in units of 2^-22.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace czip::v2 {

inline constexpr int kProbabilityBits = 22;
inline constexpr std::uint32_t kProbabilityOne = std::uint32_t{1} << kProbabilityBits;
inline constexpr std::uint32_t kMaxProbability = kProbabilityOne - 1;

// Stretched values have 8 fractional bits: 256 is ln odds of 1. The largest one stands for odds of
// e^16, past which 22 bits hold no probability.
inline constexpr std::int32_t kStretchOne = 256;
inline constexpr std::int32_t kMaxStretch = 16 * kStretchOne - 1;

// stretch() looks up a probability by its highest 12 bits, but those within 2^-6 of 0 or 1, where
// it is steep, by the lowest bits but 4.
inline constexpr std::size_t kStretchEntries = 4096;
inline constexpr int kStretchShift = 10;
inline constexpr int kSteepStretchShift = 4;
inline constexpr std::uint32_t kSteepBelow = kStretchEntries << kSteepStretchShift;

// Computed by integers alone, the same everywhere.
class Logistic {
 public:
  Logistic();

  // round(2^22 / (1 + exp(-stretched / 256))), limited to 1..kMaxProbability. Values beyond
  // +-kMaxStretch count as those.
  [[nodiscard]] std::uint32_t squash(std::int32_t stretched) const {
    const std::int32_t x = std::clamp(stretched, -kMaxStretch, kMaxStretch);
    return squash_[static_cast<std::size_t>(x + kMaxStretch)];
  }
  // p is 0..kMaxProbability; the result is within +-kMaxStretch.
  [[nodiscard]] std::int32_t stretch(std::uint32_t p) const { return stretch_[stretch_index(p)]; }

  // The table of stretch(), one after another for probabilities near 0, near 1 and between, and one
  // entry that is never used, so that kernels may load 32 bits at each.
  [[nodiscard]] const std::int16_t* stretch_table() const { return stretch_.data(); }
  [[nodiscard]] static constexpr std::uint32_t stretch_index(std::uint32_t p) {
    constexpr std::uint32_t kEntries = kStretchEntries;
    if (p < kSteepBelow) return p >> kSteepStretchShift;
    if (p >= kProbabilityOne - kSteepBelow)
      return kEntries + ((p - (kProbabilityOne - kSteepBelow)) >> kSteepStretchShift);
    return 2 * kEntries + (p >> kStretchShift);
  }

 private:
  std::array<std::uint32_t, 2 * std::size_t{kMaxStretch} + 1> squash_{};
  std::array<std::int16_t, 3 * kStretchEntries + 1> stretch_{};
};

}  // namespace czip::v2
