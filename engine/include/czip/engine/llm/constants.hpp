// Every number of the czip-llm-v1 network format (conformance/czip-network-llm.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace czip::llm {

inline constexpr std::string_view kTensorPrefix = "llm.";
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kConfigFields = 16;

// Limits of the fields of `config`.
struct Limits {
  static constexpr std::uint32_t kVocabulary = 1 << 20;
  static constexpr std::uint32_t kWidth = 16384;
  static constexpr std::uint32_t kLayers = 256;
  static constexpr std::uint32_t kHeads = 256;
  static constexpr std::uint32_t kHeadSize = 256;
  static constexpr std::uint32_t kFeedForward = 65536;
  static constexpr std::uint32_t kContext = 32768;
  static constexpr std::uint32_t kLeastWindow = 16;
  static constexpr std::uint32_t kBlock = 512;
  static constexpr std::uint64_t kEpsilon = (std::uint64_t{1} << 62) - 1;
  static constexpr std::uint32_t kMultiple = 16;  // of width and head size
  static constexpr std::uint32_t kFeedForwardMultiple = 32;
};
inline constexpr std::uint32_t kKeptDivisor = 4;  // a window keeps at most a fourth of itself

// Which matrices have biases.
inline constexpr std::uint32_t kQkvBias = 1;
inline constexpr std::uint32_t kOutputBias = 2;
inline constexpr std::uint32_t kUpBias = 4;
inline constexpr std::uint32_t kDownBias = 8;
inline constexpr std::uint32_t kHeadBias = 16;
inline constexpr std::uint32_t kAllBiases = 31;

// Tiles of a matrix in the file, and what is added to each weight.
inline constexpr std::size_t kTileOutputs = 32;
inline constexpr std::size_t kTileInputs = 4;
inline constexpr int kWeightOffset = 128;

// Scales of outputs have 24 bits.
inline constexpr std::uint32_t kMaxScale = (1 << 24) - 1;
inline constexpr int kLeastShift = 11;
inline constexpr int kMostShift = 62;
inline constexpr int kMostEmbeddingShift = 40;
inline constexpr int kLeastScoreShift = 7;
inline constexpr int kMostScoreShift = 20;

// Bounds of vectors: of the residual, logits and all others; of queries and keys before they are
// rotated; of values; of gates and what they multiply; of keys in the window; of queries then.
inline constexpr std::int32_t kBound = (1 << 30) - 1;
inline constexpr std::int32_t kQueryBound = 65535;
inline constexpr std::int32_t kValueBound = 32767;
inline constexpr std::int32_t kHiddenBound = (1 << 23) - 1;
inline constexpr std::int32_t kKeyBound = 4095;
inline constexpr std::int32_t kScoredQueryBound = 2047;
inline constexpr int kScoredQueryBits = 11;

// Activation vectors: int8 times a scale whose mantissa has 31 bits.
inline constexpr std::int32_t kActivationBound = 127;
inline constexpr int kMantissaBits = 31;
inline constexpr int kReciprocalBits = 22;  // of the reciprocal, beyond the largest magnitude's
inline constexpr int kSquaredBits = 24;     // of the numbers that the norm squares

// The rotation of queries and keys by position.
inline constexpr int kRotaryBits = 14;
inline constexpr std::int32_t kRotaryOne = 1 << kRotaryBits;

// Powers of two: 16 coarse and 16 fine entries, Q16; gaps are in units of 1/256.
inline constexpr std::size_t kExp2Half = 16;
inline constexpr std::size_t kExp2Entries = 2 * kExp2Half;
inline constexpr std::uint16_t kFirstExp2 = 65535;
inline constexpr std::uint16_t kLeastExp2 = 32768;
inline constexpr int kGapBits = 8;
inline constexpr int kWeightProductShift = 8;  // Q32 to Q24
inline constexpr std::uint32_t kLastOctave = 23;
inline constexpr std::uint32_t kLastFrequencyOctave = 31;
inline constexpr int kLogitGapShift = 8;  // Q16 to units of 1/256

// Attention weights add up to 2^15.
inline constexpr int kAttentionFactorBits = 54;
inline constexpr int kAttentionWeightShift = 39;
inline constexpr std::int32_t kMaxAttentionWeight = 32767;

// The activation: a table over Q12 from 0 to 16 by steps of 1/128.
inline constexpr std::size_t kGateEntries = 2049;
inline constexpr std::int32_t kGateOne = 1 << 20;
inline constexpr std::int32_t kMaxGateRise = 4095;
inline constexpr std::int32_t kMaxGateInput = 65535;
inline constexpr int kGateStepBits = 5;
inline constexpr int kActivationShift = 12;  // Q12 * Q20 to Q20
inline constexpr int kGatedShift = 16;       // Q20 * Q12 to Q16
inline constexpr int kUngatedShift = 4;      // Q20 to Q16
inline constexpr int kTransformedBits = 30;  // of the Hadamard transform's outputs

}  // namespace czip::llm
