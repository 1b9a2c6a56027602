// Every number of the czip-model-v1 format, once: conformance/czip-v1.md, sections 1 and 3 to 5.
// "Q15" and the like: an integer that stands for itself divided by 2^15.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace czip::v1 {

// The metadata's `format`.
inline constexpr std::string_view kModelFormat = "czip-model-v1";

// Shapes. The limits are this implementation's; the bounds of all accumulators follow from them.
inline constexpr std::uint32_t kHeadDim = 64;  // the only head size that the format defines
inline constexpr std::uint32_t kRopePairs = kHeadDim / 2;
inline constexpr std::uint32_t kMaxWidth = 65536;  // d_model, d_ff: bounds every int32 accumulator
inline constexpr std::uint32_t kMaxVocabulary = 65536;  // bounds the sums of the output softmax
inline constexpr std::uint32_t kMaxPositions = 32768;   // bounds the sums of the attention softmax
inline constexpr std::uint32_t kMaxLayers = 1024;

// Activations, keys and values are int8 in [-127, 127]; -128 never occurs.
inline constexpr std::int32_t kValueBound = 127;

inline constexpr int kMaxRequantizationShift = 62;  // 2^shift is a positive int64

// RMSNorm. The root of a mean square in Q16 is Q8; 2^23 over it is the inverse in Q15.
inline constexpr int kMeanSquareShift = 16;
inline constexpr std::uint32_t kInverseRmsNumerator = 8388608;  // 2^15 * 2^8
inline constexpr std::uint32_t kMinInverseRms = 1;
inline constexpr std::uint32_t kMaxInverseRms = 32768;
inline constexpr int kNormShift = 15;

// Rotary position embedding: tables in Q15; queries are halved afterwards.
inline constexpr int kRotationShift = 15;
inline constexpr int kQueryShift = 1;

// Attention scores, Q6: a dot product loses its last two bits before the multiplier, Q15.
inline constexpr int kDotShift = 2;
inline constexpr int kScoreShift = 15;

// Gated linear unit: the product of two activations of Q7 goes back to Q7.
inline constexpr int kGateShift = 7;

// EXP, the weights of both softmaxes, Q16. Its argument times a coefficient (Q24) is t, in Q8: the
// fraction selects an entry of a table, the integer part is a number of halvings.
inline constexpr std::size_t kExp2Entries = 256;
inline constexpr int kExp2IndexBits = 8;
inline constexpr int kExpCoefficientShift = 24;
inline constexpr std::uint32_t kMaxExpOctaves = 31;  // from here on the weight is 1
inline constexpr int kExpWeightShift = 16;
inline constexpr std::uint32_t kMaxExpWeight = 65535;
inline constexpr std::uint32_t kAttentionExpCoefficient = 378194;   // log2(e) / 64: scores are Q6
inline constexpr std::uint32_t kDefaultSoftmaxCoefficient = 37819;  // log2(e) * 0.1 / 64

// Sum of all frequencies. The coder keeps its range above 2^30, so that a larger sum would leave
// symbols without a range of their own.
inline constexpr std::uint32_t kMaxTargetTotal = std::uint32_t{1} << 30;
// A model file that does not say has 2^30 - vocabulary - this.
inline constexpr std::uint32_t kDefaultTotalReserve = 1024;

}  // namespace czip::v1
