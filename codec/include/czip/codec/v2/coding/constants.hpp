// Every number of the CZIPv2 coding, in the order of conformance/czip-v2-coding.md, whose sections
// are named here. Changing any of them changes the format. The encoder, the decoder and the
// training of models use these and no others. The mixer's precision is in
// czip/engine/v2/mixer_kernels.hpp, the network's numbers are in czip/engine/v2/constants.hpp, the
// container's in codec/src/v2/container/container.hpp.
//
// No tuning of these numbers is on record unless it is stated: they were chosen, not tuned.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace czip::v2 {

// --- 1. Tokens, streams, payload -----------------------------------------------------------------

// Lockstep streams of a block: 1 to 2^6.
inline constexpr std::uint8_t kMaxStreamsLog2 = 6;
// A payload of several streams begins with the number of tokens, of this many bytes.
inline constexpr std::size_t kTokenCountBytes = 4;
// Every node of the code tree has fewer decisions above it.
inline constexpr std::uint32_t kMaxTreeDepth = 64;
// Classes of a node's depth: 0, 1-2, 3-5, 6 and more.
inline constexpr std::array<std::uint32_t, 3> kDepthClassBegin{1, 3, 6};
inline constexpr std::uint32_t kDepthClasses = kDepthClassBegin.size() + 1;

// --- 3. Tables by length of text -----------------------------------------------------------------

// log2 of the number of successor lists: the number of binary digits of 6 lists per byte of text,
// within these limits. A text makes some five lists per byte.
inline constexpr std::uint64_t kListsPerTextByte = 6;
inline constexpr std::uint32_t kMinListsLog2 = 12;
inline constexpr std::uint32_t kMaxListsLog2 = 22;
// The other tables follow from it, log2: lines of counters, positions of matches, contexts of the
// hashed adaptive probability map. Counters and map stop growing at kMaxSmallTableLog2.
inline constexpr std::uint32_t kMaxSmallTableLog2 = 20;
inline constexpr std::uint32_t kCounterLinesShift = 2;
inline constexpr std::uint32_t kMatchTableShift = 3;
inline constexpr std::uint32_t kHashedApmShift = 4;

// Successor lists of each profile: fast, normal, finest.
inline constexpr std::array<std::size_t, 3> kProfileLists{8, 16, 20};
// The first profile that a network takes part in; those before it are for speed.
inline constexpr std::size_t kFirstNetworkProfile = 1;

// --- 4. Range coder ------------------------------------------------------------------------------

// Probabilities of a 1 are in units of 2^-16, 1..kMaxProbability.
inline constexpr int kProbabilityBits = 16;
inline constexpr std::uint32_t kProbabilityOne = std::uint32_t{1} << kProbabilityBits;
inline constexpr std::uint32_t kMaxProbability = kProbabilityOne - 1;
inline constexpr std::uint32_t kInitialRange = 0xffffffff;
// A range below this takes another byte.
inline constexpr std::uint32_t kNormalizeBelow = std::uint32_t{1} << 24;
// Bytes of the code value. An encoder drops at most as many zeros at its end, so a decoder that
// needs more bytes past the end has been given decisions that no encoder wrote.
inline constexpr std::size_t kCodeBytes = 4;
inline constexpr std::size_t kDroppedBytes = kCodeBytes;

// --- 5. Functions --------------------------------------------------------------------------------

// Hashes: a multiplicative congruential step, folded. The multiplier is 2^64 / golden ratio, odd
// (Knuth, The Art of Computer Programming, volume 3, section 6.4).
inline constexpr std::uint64_t kHashMultiplier = 0x9e3779b97f4a7c15;
inline constexpr std::uint64_t kHashIncrement = 0x632be59bd9b4e019;
inline constexpr int kHashFold = 29;

// Stretched values have 8 fractional bits: 256 is ln odds of 1.
inline constexpr std::int32_t kStretchOne = 256;
// Largest stretched value of the mixer's output: odds of e^11, past which 16 bits hold no
// probability.
inline constexpr std::int32_t kMaxStretch = 11 * kStretchOne - 1;
// Largest stretched value of an input: odds of e^8.
inline constexpr std::int32_t kMaxInput = 8 * kStretchOne - 1;
inline constexpr std::size_t kSquashEntries = 2 * std::size_t{kMaxStretch} + 1;
// The table of stretch() has an entry for each 2^4 probabilities.
inline constexpr int kStretchShift = 4;

// Adaptive probability: a probability in Q22 above a count of 10 bits.
inline constexpr int kAdaptiveProbabilityBits = 22;
inline constexpr int kAdaptiveCountBits = 10;
static_assert(kAdaptiveProbabilityBits + kAdaptiveCountBits == 32);

// --- 6. History ----------------------------------------------------------------------------------

// Stands for a token where there is none: before the first one, or above a short line. No rank has
// this value. (Tokens of the tokenizer: bpe::kNoTokenId.)
inline constexpr std::uint32_t kNoToken = 0xffff;
// A line of more tokens is cut into pieces of this length, to bound memory.
inline constexpr std::size_t kMaxLineTokens = 4096;
// What a tab adds to the indentation; a space adds 1.
inline constexpr std::uint32_t kTabIndentation = 8;
inline constexpr std::size_t kRememberedBrackets = 32;
// Words and lines of other kinds start or end their hashes with these.
inline constexpr std::uint64_t kLineStartSeed = 1;
inline constexpr std::uint64_t kBracketTag = 7;

// --- 7. Contexts ---------------------------------------------------------------------------------

inline constexpr std::size_t kTokenOrders = 6;
inline constexpr std::size_t kMaxSuccessorLists = 20;
static_assert(kProfileLists.back() == kMaxSuccessorLists);
// The contexts of the first lists are this many of the last tokens.
inline constexpr std::array<std::uint32_t, 5> kSuccessorListOrders{1, 2, 3, 4, 6};

// --- 8. Inputs -----------------------------------------------------------------------------------

// Decision counters: of order 0, orders 1 and 2, and the word so far.
inline constexpr std::size_t kCounterInputs = 4;
// A line has the counters of the nodes of this many levels of the tree.
inline constexpr std::uint32_t kCounterLineLevels = 3;
inline constexpr std::size_t kCountersPerLine = std::size_t{1} << kCounterLineLevels;
inline constexpr std::uint32_t kCounterLimit = 30;

// Prior: orders 0 to 5. A cell has 13 bits for a rank.
inline constexpr std::uint32_t kMaxPriorOrder = 5;
inline constexpr std::size_t kPriorInputs = kMaxPriorOrder + 1;
inline constexpr int kPriorRankBits = 13;
inline constexpr int kPriorLevelBits = 3;
inline constexpr int kPriorScaleBits = 3;
inline constexpr int kPriorLengthBits = 5;
inline constexpr int kPriorFingerprintBits = 8;
static_assert(kPriorRankBits + kPriorLevelBits == 16);
static_assert(kPriorFingerprintBits + kPriorLengthBits + kPriorScaleBits == 16);
inline constexpr std::uint32_t kMaxPriorRanks = 1 << kPriorRankBits;
inline constexpr std::uint32_t kPriorLevels = 1 << kPriorLevelBits;
inline constexpr std::uint32_t kPriorScales = 1 << kPriorScaleBits;
// A header with this length is followed by a cell that has the length.
inline constexpr std::uint32_t kLongList = (1 << kPriorLengthBits) - 1;
inline constexpr int kPriorFingerprintShift = 8;  // of a context's hash
inline constexpr std::uint32_t kMaxPriorBucketsLog2 = 24;
// Cells of a bucket, all of which a lookup may read: 16 times the longest list.
inline constexpr std::uint64_t kMaxPriorBucketCells = 131072;
// Highest probability of each scale, Q16: 0.96 divided by the square root of 2 from scale to scale,
// by 2 for the last two. Each level has 10/17 of the one before.
inline constexpr std::array<std::uint32_t, kPriorScales> kPriorScaleProbability{
    62915, 44488, 31457, 22244, 15729, 11122, 5561, 2780};
inline constexpr std::uint32_t kPriorLevelNumerator = 10;
inline constexpr std::uint32_t kPriorLevelDenominator = 17;
// Largest sum of the probabilities in a list, Q16: at least 1 is left for the escape.
inline constexpr std::uint32_t kMaxListedProbability = kProbabilityOne - 1;

// Match models: one looks for long matches, one for short ones.
inline constexpr std::size_t kMatchInputs = 2;
inline constexpr std::array<std::uint32_t, kMatchInputs> kMinMatchTokens{6, 3};
inline constexpr std::uint32_t kMaxMatchTokens = 32;
// Classes of a match's length for the mixer: 0 (no match), below 4, below 8, below 16, more.
inline constexpr std::array<std::uint32_t, 3> kMatchClassBegin{4, 8, 16};
inline constexpr std::uint32_t kMatchClasses = kMatchClassBegin.size() + 2;
// Classes for the maps: each length below 16, then steps of 4; the tensor has room for 32.
inline constexpr std::uint32_t kExactMatchLengths = 16;
inline constexpr std::uint32_t kMatchLengthStep = 4;
inline constexpr std::size_t kMatchLengthClasses = 32;
inline constexpr std::size_t kMatchStates = kMatchLengthClasses * kDepthClasses;
static_assert(kExactMatchLengths + (kMaxMatchTokens - kExactMatchLengths) / kMatchLengthStep <
              kMatchLengthClasses);
// A position in a block has 26 bits, the stream's number the other 6 of 32.
inline constexpr int kPositionBits = 32 - kMaxStreamsLog2;
inline constexpr std::uint32_t kMatchMapLimit = 255;

// Successor lists: four to a line of the table, which is a cache line of 64 bytes.
inline constexpr std::size_t kSuccessorsPerList = 4;
inline constexpr std::size_t kListsPerLine = 4;
inline constexpr std::uint8_t kMaxSuccessorCount = 255;  // totals and escapes stop here, too
// Counts above kMinDecayingCount become 3/4, rounded to nearest, when another token comes.
inline constexpr std::uint8_t kMinDecayingCount = 2;
// Classes of how often the list did not have the token: in less than 1/4 of the times, in less than
// 2/3, in more.
inline constexpr std::uint32_t kEscapeClasses = 3;
// Class of a sum of counts; those past the table are of the last class.
inline constexpr std::array<std::uint8_t, 11> kCountClass{0, 1, 2, 3, 4, 4, 5, 5, 5, 5, 6};
inline constexpr std::uint32_t kCountClasses = kCountClass.back() + 1;
// Escape class x class of depth x class of the 0s' count x of the 1s' x bit of the latest.
inline constexpr std::size_t kSuccessorStates =
    kEscapeClasses * kDepthClasses * kCountClasses * kCountClasses * 2;
inline constexpr std::uint32_t kSuccessorMapLimit = 255;

// The input that is always the same.
inline constexpr std::int32_t kBias = kStretchOne;

// --- 9. Mixer ------------------------------------------------------------------------------------

// The first layer has five selectors, each of which picks one weight set at a node:
// 0: path, or past its 8 decisions the depth and the number of active lists
inline constexpr std::uint32_t kMixerPaths = 256;
inline constexpr std::uint32_t kMixerDepths = 32;
inline constexpr std::uint32_t kActiveListClasses = 16;  // 3/4 of the number of active lists
// 1: class of the longer match, what the long one expects, class of depth
inline constexpr std::uint32_t kLongMatchStates = 3;   // none, a 0, a 1
inline constexpr std::size_t kMatchSelectorSets = 64;  // 60 are used
static_assert(kMatchClasses * kLongMatchStates * kDepthClasses <= kMatchSelectorSets);
// 2: highest active order of the lists and of the prior, class of depth, many active lists
inline constexpr std::uint32_t kManyActiveLists = 9;
inline constexpr std::size_t kOrderSelectorSets = 384;  // 336 are used
static_assert((kTokenOrders + 1) * (kMaxPriorOrder + 1) * kDepthClasses * 2 <= kOrderSelectorSets);
// 3: last byte, class of depth
inline constexpr std::size_t kByteSelectorSets = 256 * kDepthClasses;
// 4: last token, eight of them to a set
inline constexpr int kTokenSelectorShift = 3;
inline constexpr std::uint32_t kTokenSelectorSets = kMaxPriorRanks >> kTokenSelectorShift;

inline constexpr std::size_t kMixerSelectors = 5;
inline constexpr std::array<std::size_t, kMixerSelectors> kMixerSelectorSizes{
    kMixerPaths + kMixerDepths * kActiveListClasses, kMatchSelectorSets, kOrderSelectorSets,
    kByteSelectorSets, kTokenSelectorSets};
inline constexpr std::size_t kWeightSets = [] {
  std::size_t sets = 0;
  for (const std::size_t size : kMixerSelectorSizes) sets += size;
  return sets;
}();
// The second layer's weight set: depth, class of the long match.
inline constexpr std::uint32_t kFinalDepths = 16;
inline constexpr std::uint32_t kFinalMatchClasses = 4;
inline constexpr std::size_t kFinalWeightSets = kFinalDepths * kFinalMatchClasses;

// Learning rates, in units of 2^-22 of a weight per stretched input and error (mixer.hpp). That of
// the first layer falls in a stream: kSlowRate + (kFastRate - kSlowRate) / (1 + tokens /
// kHalfRateTokens).
inline constexpr std::int32_t kSlowRate = 80;
inline constexpr std::int32_t kFastRate = 200;
inline constexpr std::int64_t kHalfRateTokens = 4096;
inline constexpr std::int32_t kFinalRate = 20;
inline constexpr int kErrorShift = 8;

// Before any training: the weight of each input, 1/6, and of each of the first layer's outputs,
// their mean; the probability that a match is right, Q32.
inline constexpr std::int32_t kInitialInputs = 6;
inline constexpr std::uint32_t kInitialMatchProbability = std::uint32_t{3} << 30;

// --- 10. Final probability -----------------------------------------------------------------------

// An adaptive probability map has 33 points per context, 128 stretched units apart.
inline constexpr int kApmStepShift = 7;
inline constexpr std::int32_t kApmStep = 1 << kApmStepShift;
inline constexpr std::size_t kApmPoints = 2 * (kMaxInput + 1) / kApmStep + 1;
// A point moves by 2^-rate of its error.
inline constexpr int kNodeApmRate = 7;
inline constexpr int kHashedApmRate = 6;

}  // namespace czip::v2
