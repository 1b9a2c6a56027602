// Numbers of czip-model-v1, and those that its networks are always trained with.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/engine/v1/weights.hpp"

namespace czip::v1::training {

inline constexpr float kValueBound = 127;

// Every requantization of the public models: weights are reals of at most 0.1 times 1280,
// activations reals below 1 times 128. Here, too, but for attn.out (value_bound.hpp).
inline constexpr std::int32_t kRequantizeMultiplier = 819;
inline constexpr int kRequantizeShift = 20;

// log2(e) * 0.1 / 64, Q24: a logit's unit as a natural logarithm is 0.1 / 2^14, for weights times
// 1280 and activations times 128.
inline constexpr std::uint32_t kSoftmaxCoefficient = 37819;
inline constexpr float kLogitUnit = 0.1F * 0x1p-14F;
// The least weight of a token relative to the most probable one's.
inline constexpr float kLeastWeight = 0x1p-16F;

// Sums of int8 products are exact in fp32, in whatever order, up to this many: 127 * 127 * 1040 is
// below 2^24.
inline constexpr std::size_t kMaxSummands = 1040;

inline constexpr std::uint32_t kVocabulary = 1024;
inline constexpr std::uint16_t kFirstToken = 1022;  // <|bos|>

}  // namespace czip::v1::training
