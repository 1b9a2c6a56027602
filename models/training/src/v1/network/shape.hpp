// The shape of a czip-model-v1 network and what the format fixes about all of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/codec/v1/model.hpp"
#include "czip/engine/v1/weights.hpp"
#include "czip/training/v1/network_trainer.hpp"

namespace czip::v1::training {

inline constexpr std::size_t kHeadSize = kHeadDim;
inline constexpr float kValueBound = 127;

// Every requantiser of the public models: weights are reals of at most 0.1 times 1280, activations
// reals below 1 times 128. Here, too, but for attn.out (value_bound.hpp).
inline constexpr std::int32_t kRequantizeMultiplier = 819;
inline constexpr int kRequantizeShift = 20;

// Sums of int8 products are exact in fp32, in whatever order, up to this many: 127 * 127 * 1040 is
// below 2^24.
inline constexpr std::size_t kMaxSummands = 1040;

inline constexpr std::uint32_t kVocabulary = 1024;
inline constexpr auto kFirstToken = static_cast<std::uint16_t>(kReferenceFirstToken);

[[nodiscard]] inline std::size_t width_of(const v1::NetworkShape& shape) {
  return shape.heads * kHeadSize;
}

// Whether the gradient dy at y may pass: y is within its bounds, or descent brings it back.
[[nodiscard]] inline bool passes(float y, float dy) {
  return (y < kValueBound || dy > 0) && (y > -kValueBound || dy < 0);
}

}  // namespace czip::v1::training
