// The logistic domain of context mixing (Mahoney, "Adaptive Weighing of Context Models", 2005):
// stretch(p) = ln(p / (1 - p)), squash its inverse.
//
// Units: a stretched value has 8 fractional bits, so 256 is ln odds of 1; a probability is that of
// a 1 bit in units of 2^-16.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "czip/base/error.hpp"

namespace czip::v2 {

// Largest stretched value of a mixer's output: odds of e^11, past which 16 bits hold no
// probability.
inline constexpr std::int32_t kMaxStretch = 11 * 256 - 1;
// Largest stretched value of an input: odds of e^8.
inline constexpr std::int32_t kMaxInput = 2047;
inline constexpr std::size_t kSquashEntries = 2 * std::size_t{kMaxStretch} + 1;

// Table-driven; the table is data of the model, so that no float ever makes it.
class Logistic {
 public:
  // squash[i] = round(65536 / (1 + exp(-(i - kMaxStretch) / 256))), limited to 1..65535. Refuses a
  // table that is not ascending or leaves that range.
  static Result<Logistic> create(std::span<const std::uint16_t> squash);

  // Probability of 1, 1..65535. Values beyond +-kMaxStretch count as those.
  [[nodiscard]] std::uint32_t squash(std::int32_t stretched) const {
    const std::int32_t x = std::clamp(stretched, -kMaxStretch, kMaxStretch);
    return squash_[static_cast<std::size_t>(x + kMaxStretch)];
  }
  // p is 0..65535; the result is within +-kMaxInput.
  [[nodiscard]] std::int32_t stretch(std::uint32_t p) const { return stretch_[p >> 4]; }

 private:
  std::array<std::uint16_t, kSquashEntries> squash_{};
  std::array<std::int16_t, 4096> stretch_{};
};

}  // namespace czip::v2
