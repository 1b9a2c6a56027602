// The logistic domain of context mixing (Mahoney, "Adaptive Weighing of Context Models", 2005):
// stretch(p) = ln(p / (1 - p)); squash is its inverse.
//
// Units: a stretched value has 8 fractional bits; a probability is that of a 1, in units of 2^-16.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2 {

// Table-driven. The table is data of the model, so that no float takes part in coding.
class Logistic {
 public:
  // squash[i] = round(65536 / (1 + exp(-(i - kMaxStretch) / 256))), limited to 1..65535. Error:
  // corrupt, for a table of another size, one that begins with 0 or one that descends.
  static Result<Logistic> create(std::span<const std::uint16_t> squash);

  // 1..65535. Values beyond +-kMaxStretch count as those.
  [[nodiscard]] std::uint32_t squash(std::int32_t stretched) const {
    const std::int32_t x = std::clamp(stretched, -kMaxStretch, kMaxStretch);
    return squash_[static_cast<std::size_t>(x + kMaxStretch)];
  }
  // p is 0..65535; the result is within +-kMaxInput.
  [[nodiscard]] std::int32_t stretch(std::uint32_t p) const { return stretch_[p >> kStretchShift]; }

 private:
  std::array<std::uint16_t, kSquashEntries> squash_{};
  std::array<std::int16_t, (kProbabilityOne >> kStretchShift)> stretch_{};
};

}  // namespace czip::v2
