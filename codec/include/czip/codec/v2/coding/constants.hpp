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

#include "czip/engine/v2/logistic.hpp"
#include "czip/engine/v2/prior_kernels.hpp"
#include "czip/engine/v2/successor_kernels.hpp"

namespace czip::v2 {

// --- 1. Tokens, streams, payload -----------------------------------------------------------------

// What networks see before the first token of a stream: the token of byte 0, which stands between
// documents in training.
inline constexpr std::uint32_t kStreamStartToken = 0;

// Lockstep streams of a block: 1 to 2^6.
inline constexpr std::uint8_t kMaxStreamsLog2 = 6;
// A payload of several streams begins with the number of tokens, of this many bytes.
inline constexpr std::size_t kTokenCountBytes = 4;
// Every node of the code tree has fewer decisions above it.
inline constexpr std::uint32_t kMaxTreeDepth = 64;
// Classes of a node's depth: 0, 1-2, 3-5, 6 and more.
inline constexpr std::array<std::uint32_t, 3> kDepthClassBegin{1, 3, 6};
inline constexpr std::uint32_t kDepthClasses = kDepthClassBegin.size() + 1;
static_assert(kDecisionClasses == 1 + kDepthClasses);

// --- 3. Tables by length of text -----------------------------------------------------------------

// log2 of the number of successor lists: the number of binary digits of 3/8 of a list per byte of
// text and context, within these limits. A text makes some 0.3 of them.
inline constexpr std::uint64_t kListsNumerator = 3;
inline constexpr std::uint64_t kListsDenominator = 8;
inline constexpr std::uint32_t kMinTableLog2 = 12;
inline constexpr std::uint32_t kMaxTableLog2 = 22;
// The other tables follow from the number for sixteen contexts, log2: lines of counters, which stop
// growing at kMaxSmallTableLog2, and positions of matches.
inline constexpr std::uint32_t kMaxSmallTableLog2 = 20;
inline constexpr std::uint32_t kCounterLinesShift = 2;
inline constexpr std::uint32_t kMatchTableShift = 3;

// --- 4. Range coder ------------------------------------------------------------------------------

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
inline constexpr std::size_t kMaxSuccessorLists = kListLanes;
// The contexts of the first lists are this many of the last tokens.
inline constexpr std::array<std::uint32_t, 5> kSuccessorListOrders{1, 2, 3, 4, 6};

// --- 8. Inputs -----------------------------------------------------------------------------------

// Decision counters: of order 0, orders 1 and 2, and the word so far; of the candidate of order 0
// only.
inline constexpr std::size_t kCounterInputs = 4;
// A line has the counters of the nodes of this many levels of the tree.
inline constexpr std::uint32_t kCounterLineLevels = 3;
inline constexpr std::size_t kCountersPerLine = std::size_t{1} << kCounterLineLevels;
inline constexpr std::uint32_t kCounterLimit = 30;

// Prior: orders 0 to 5. A cell has 13 bits for a rank.
inline constexpr std::uint32_t kMaxPriorOrder = 5;
inline constexpr std::size_t kPriorInputs = 3;
inline constexpr int kPriorRankBits = 13;
inline constexpr int kPriorScaleBits = 3;
inline constexpr int kPriorLengthBits = 5;
inline constexpr int kPriorFingerprintBits = 8;
static_assert(kPriorRankBits + kPriorLevelBits == 16);
static_assert(kPriorFingerprintBits + kPriorLengthBits + kPriorScaleBits == 16);
inline constexpr std::size_t kPriorCellBytes = 2;
inline constexpr std::uint32_t kMaxPriorRanks = 1 << kPriorRankBits;
inline constexpr std::uint32_t kPriorScales = 1 << kPriorScaleBits;
// A header with this length is followed by a cell that has the length.
inline constexpr std::uint32_t kLongList = (1 << kPriorLengthBits) - 1;
inline constexpr int kPriorFingerprintShift = 8;  // of a context's hash
inline constexpr std::uint32_t kMaxPriorBucketsLog2 = 24;
// Cells of a bucket, all of which a lookup may read: 16 times the longest list.
inline constexpr std::uint64_t kMaxPriorBucketCells = 131072;
// Probabilities of lists, Q16.
inline constexpr int kListProbabilityBits = 16;
inline constexpr std::uint32_t kListProbabilityOne = 1U << kListProbabilityBits;
// Highest probability of each scale, Q16: 0.96 divided by the square root of 2 from scale to scale,
// by 2 for the last two. Each level has 10/17 of the one before.
inline constexpr std::array<std::uint32_t, kPriorScales> kPriorScaleProbability{
    62915, 44488, 31457, 22244, 15729, 11122, 5561, 2780};
inline constexpr std::uint32_t kPriorLevelNumerator = 10;
inline constexpr std::uint32_t kPriorLevelDenominator = 17;
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
inline constexpr std::size_t kMatchStates = kMatchLengthClasses * kDecisionClasses;
static_assert(kExactMatchLengths + (kMaxMatchTokens - kExactMatchLengths) / kMatchLengthStep <
              kMatchLengthClasses);
// A position in a block has 26 bits, the stream's number the other 6 of 32.
inline constexpr int kPositionBits = 32 - kMaxStreamsLog2;
inline constexpr std::uint32_t kMatchMapLimit = 255;

// Successor lists: four to a line of the table, which is a cache line of 64 bytes. Their states are
// in czip/engine/v2/successor_kernels.hpp.
inline constexpr std::size_t kListsPerLine = 4;
inline constexpr std::uint32_t kSuccessorMapLimit = 255;

// The input that is always the same.
inline constexpr std::int32_t kBias = kStretchOne;

// Candidate: the latest successors of each list vote, with their odds in units of 2^-8, at most
// 2^7.
inline constexpr std::size_t kVotingSuccessors = 2;
inline constexpr int kOddsBits = 8;
inline constexpr int kMaxOddsLog2 = 7;

// --- 9. Mixers -----------------------------------------------------------------------------------

// One mixer decides whether the token is the candidate, another one in the code tree. The first
// layer of each has five selectors, each of which picks one weight set.
inline constexpr std::size_t kMixerSelectors = 5;
inline constexpr std::size_t kMixers = 2;
// The inputs of a profile are filled up with zeros to a multiple of this.
inline constexpr std::size_t kInputVector = 16;
// What several selectors use: what a match model says of the candidate, the classes of its length
// and the number of lists that are active.
inline constexpr std::uint32_t kMatchStands = 3;  // no match, a 0, a 1
inline constexpr int kTokenSelectorShift = 3;     // eight ranks to a set
inline constexpr std::uint32_t kTokenSelectorSets = kMaxPriorRanks >> kTokenSelectorShift;
inline constexpr std::uint32_t kOrderPairs = (kTokenOrders + 1) * (kMaxPriorOrder + 1);

// Of the candidate:
// 0: class of the long match, its stand, the short match's stand, the last three hits
inline constexpr int kRememberedHits = 3;
inline constexpr std::uint32_t kHitHistories = 1U << kRememberedHits;
inline constexpr std::size_t kCandidateMatchSets =
    kMatchClasses * kMatchStands * kMatchStands * kHitHistories;
// 1: highest order of the lists and of the prior, class of how many lists have the candidate
inline constexpr std::uint32_t kVoteClasses = 4;
inline constexpr std::uint32_t kListsPerVoteClass = 4;
inline constexpr std::size_t kCandidateOrderSets = kOrderPairs * kVoteClasses;
// 2: last byte; 3: candidate; 4: last token
inline constexpr std::size_t kByteSets = 256;

// Of the code tree:
// 0: path, or past its 8 decisions the depth and the number of active lists
inline constexpr std::uint32_t kMixerPaths = 256;
inline constexpr std::uint32_t kMixerDepths = 32;
inline constexpr std::uint32_t kActiveListClasses = 16;  // 3/4 of the number of active lists
// 1: class of the longer match, what the long one expects, class of depth
inline constexpr std::size_t kMatchSelectorSets = 64;  // 60 are used
static_assert(kMatchClasses * kMatchStands * kDepthClasses <= kMatchSelectorSets);
// 2: highest active order of the lists and of the prior, class of depth, many active lists
inline constexpr std::uint32_t kManyActiveLists = 9;
inline constexpr std::size_t kOrderSelectorSets = 384;  // 336 are used
static_assert(kOrderPairs * kDepthClasses * 2 <= kOrderSelectorSets);
// 3: last byte, class of depth
inline constexpr std::size_t kByteSelectorSets = 256 * kDepthClasses;
// 4: last token

inline constexpr std::array<std::array<std::size_t, kMixerSelectors>, kMixers> kMixerSelectorSizes{
    {{kCandidateMatchSets, kCandidateOrderSets, kByteSets, kTokenSelectorSets, kTokenSelectorSets},
     {kMixerPaths + kMixerDepths * kActiveListClasses, kMatchSelectorSets, kOrderSelectorSets,
      kByteSelectorSets, kTokenSelectorSets}}};
// The second layer's weight set: the last hits, or the depth, and the class of the long match.
inline constexpr std::uint32_t kFinalDepths = 16;
inline constexpr std::uint32_t kFinalMatchClasses = 4;
inline constexpr std::array<std::size_t, kMixers> kFinalWeightSets{
    kHitHistories * kFinalMatchClasses, kFinalDepths* kFinalMatchClasses};

// Learning rates, in units of 2^-22 of a weight per stretched input and error in Q16 (mixer.hpp).
// That of the first layer falls in a stream: kSlowRate + (kFastRate - kSlowRate) / (1 + tokens /
// kHalfRateTokens).
inline constexpr std::int32_t kSlowRate = 80;
inline constexpr std::int32_t kFastRate = 200;
inline constexpr std::int64_t kHalfRateTokens = 4096;
inline constexpr std::int32_t kFinalRate = 20;
// The error, Q22, loses the first of these, its product with the rate the second.
inline constexpr int kErrorShift = 4;
inline constexpr int kRateShift = 10;

// Before any training: the weight of each input, 1/6, and of each of the first layer's outputs,
// their mean; the probability that a match is right, Q32.
inline constexpr std::int32_t kInitialInputs = 6;
inline constexpr std::uint32_t kInitialMatchProbability = std::uint32_t{3} << 30;

}  // namespace czip::v2
