// What czip-model-v1 networks are always trained with, as the public models have it; the numbers of
// the format itself are in czip/engine/v1/constants.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/engine/v1/constants.hpp"

namespace czip::v1::training {

// Every requantization: weights are reals of at most 0.1 times 1280, activations reals below 1
// times 128. That of attn.out may differ (value_bound.hpp).
inline constexpr std::int32_t kRequantizeMultiplier = 819;
inline constexpr int kRequantizeShift = 20;

// A logit's unit as a natural logarithm, for weights times 1280 and activations times 128:
// kDefaultSoftmaxCoefficient stands for it.
inline constexpr float kLogitUnit = 0.1F * 0x1p-14F;
// The unit, as a natural logarithm, of a product of query and key times its multiplier; that of a
// score is 2^-14.
inline constexpr float kProductUnit =
    1.0F / static_cast<float>(std::uint64_t{1} << (14 + kDotShift + kScoreShift));
// The least weight of a token relative to the most probable one's: an EXP of 1.
inline constexpr float kLeastWeight = 1.0F / (1 << kExpWeightShift);

// Sums of int8 products are exact in fp32, in whatever order, up to this many: 127 * 127 * 1040 is
// below 2^24.
inline constexpr std::size_t kMaxSummands = 1040;

inline constexpr std::uint32_t kVocabulary = 1024;

}  // namespace czip::v1::training
