// Adaptive probability map, also called secondary symbol estimation (SSE: Shkarin, PPMd; APM:
// Mahoney, paq): refines a probability by how often such predictions came true in a small context,
// interpolated between 33 points of the stretched scale.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/undo_log.hpp"
#include "czip/codec/v2/coding/zeroed_array.hpp"

namespace czip::v2 {

// Sets points [contexts][kApmPoints], Q16, so that refine() returns the probability unchanged.
void set_identity(std::span<std::uint16_t> points, const Logistic& logistic);

class Apm {
 public:
  Apm() = default;
  explicit Apm(std::span<const std::uint16_t> points) { reset(points); }
  Apm(std::size_t contexts, const Logistic& logistic) { reset(contexts, logistic); }

  // Begins with these points, [contexts][kApmPoints], Q16.
  void reset(std::span<const std::uint16_t> points) {
    points_.reset(points.size());
    std::copy(points.begin(), points.end(), points_.data());
  }
  // Begins with the points of set_identity().
  void reset(std::size_t contexts, const Logistic& logistic) {
    points_.reset(contexts * kApmPoints);
    set_identity({points_.data(), points_.size()}, logistic);
  }

  void prefetch(std::size_t context) const {
    __builtin_prefetch(&points_[context * kApmPoints + kApmPoints / 2], 1);
  }
  // The probability, 0..65535, of the prediction `stretched` in `context`; remembers both for
  // update().
  std::uint32_t refine(std::int32_t stretched, std::size_t context) {
    const std::int32_t x = std::clamp(stretched, -kMaxInput, kMaxInput) + kMaxInput + 1;  // 1..4095
    const std::size_t low = context * kApmPoints + static_cast<std::size_t>(x >> kApmStepShift);
    const std::int32_t weight = x & (kApmStep - 1);
    nearest_ = low + (weight >= kApmStep / 2 ? 1 : 0);
    return static_cast<std::uint32_t>(
        (points_[low] * (kApmStep - weight) + points_[low + 1] * weight) >> kApmStepShift);
  }
  // Moves the nearer point by 2^-rate of its error.
  void update(bool bit, int rate) {
    const std::int32_t p = points_[nearest_];
    const auto target = static_cast<std::int32_t>(bit ? kMaxProbability : 0);
    points_[nearest_] = static_cast<std::uint16_t>(p + ((target - p) >> rate));
  }

  void save(UndoLog& log) { log.save(points_.data(), points_.size()); }
  // The point that update() moves.
  [[nodiscard]] std::uint16_t& nearest_point() { return points_[nearest_]; }

  [[nodiscard]] std::span<const std::uint16_t> points() const {
    return {points_.data(), points_.size()};
  }

 private:
  ZeroedArray<std::uint16_t> points_;
  std::size_t nearest_ = 0;
};

}  // namespace czip::v2
