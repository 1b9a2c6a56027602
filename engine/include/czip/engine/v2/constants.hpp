// Every number of the czip-model-v2 network, once: conformance/czip-network-v2.md. "Q15" and the
// like: an integer that stands for itself divided by 2^15.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace czip::v2 {

// Limits that the loader insists on; the bounds of every accumulator follow from them.
struct NetworkLimits {
  static constexpr std::uint32_t kVocabulary = 65536;
  static constexpr std::uint32_t kModelWidth = 2048;  // d_model, a multiple of kWidthMultiple
  static constexpr std::uint32_t kHeads = 64;
  static constexpr std::uint32_t kHeadDim = 128;       // a multiple of kWidthMultiple
  static constexpr std::uint32_t kFeedForward = 8192;  // d_ff, a multiple of kWidthMultiple
  static constexpr std::uint32_t kLayers = 64;
  static constexpr std::uint32_t kWindow = 4096;             // a multiple of kWidthMultiple
  static constexpr std::uint32_t kBigramBuckets = 1U << 20;  // a power of two
  static constexpr std::uint32_t kEmbeddingShift = 12;
  static constexpr std::uint32_t kStreams = 64;
};
inline constexpr std::uint32_t kWidthMultiple = 16;

// Tensors of a network in a model file have names that begin so; "network.config" begins with the
// version and has this many numbers.
inline constexpr std::string_view kTensorPrefix = "network.";
inline constexpr std::uint32_t kNetworkFormatVersion = 1;
inline constexpr std::uint32_t kConfigFields = 14;

// Largest sum of the magnitudes of a row of any matrix. Times 127 it is below 2^24, so that every
// partial sum of a product is exact in a float, too.
inline constexpr std::uint32_t kMaxRowSum = 132104;
inline constexpr std::int32_t kAccumulatorBound = 1 << 24;

// Bounds of what is limited.
inline constexpr std::int32_t kValueBound = 127;        // int8 results and weights
inline constexpr std::int32_t kResidualStep = 32767;    // what one branch adds to the residual
inline constexpr std::int32_t kActivationBound = 4095;  // before the activation function
inline constexpr std::int32_t kLogitBound = 32767;
inline constexpr std::int32_t kNormalizedBound = 32767;

// Requantization: multipliers are 0 to kMaxMultiplier, shifts 1 to these.
inline constexpr std::int32_t kMaxMultiplier = 32767;
inline constexpr int kMaxValueShift = 22;
inline constexpr int kMaxResidualShift = 15;
inline constexpr int kMaxActivationShift = 18;
inline constexpr int kLogitShift = 15;

// Normalization: mean square in Q4 with 256 added, its root in Q2, 2^32 over that.
inline constexpr int kMeanSquareShift = 4;
inline constexpr std::uint64_t kMeanSquareOffset = 256;
inline constexpr std::uint64_t kInverseRmsNumerator = std::uint64_t{1} << 32;
inline constexpr int kNormalizedShift = 20;  // to x / rms in Q10
inline constexpr int kGainShift = 15;

// The product of two activations of 13 bits goes back to int8.
inline constexpr int kActivationShift = 17;

// Attention.
inline constexpr int kScoreShift = 14;
inline constexpr std::int32_t kMaxScoreScale = 1023;
inline constexpr int kMaxAttentionGain = 4096;  // Q8
inline constexpr int kAttentionFactorShift = 24;
inline constexpr int kAttentionOutputShift = 32;

// The weights of both softmaxes: scores and logits are in units of 1/64 of a power of two.
inline constexpr std::size_t kExp2Entries = 64;
inline constexpr int kExp2IndexBits = 6;
inline constexpr std::uint32_t kFirstExp2 = 65535;
inline constexpr std::uint32_t kLeastExp2 = 32768;
inline constexpr int kAttentionWeightShift = 8;  // Q16 to Q8
inline constexpr std::uint32_t kMaxAttentionWeight = 255;
inline constexpr std::uint32_t kLastAttentionOctave = 8;  // weights are 0 after it
inline constexpr int kLogitWeightShift = 14;              // Q16 to Q30
inline constexpr std::uint32_t kLastLogitOctave = 30;

// Hash of two tokens to a row of the bigram table; the multipliers are MurmurHash's (Appleby).
inline constexpr std::uint32_t kBigramMultiplier = 0x5bd1e995;
inline constexpr std::uint32_t kBigramFinalMultiplier = 0x1b873593;

}  // namespace czip::v2
