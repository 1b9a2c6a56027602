// Every number of czip-v2-coding.md, section by section.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace reference {

constexpr std::uint32_t kNoRank = 65535;  // stands for a token where there is none

// --- 1. Decisions

// The least depths of the classes 2, 3 and 4.
constexpr std::array<std::uint32_t, 3> kDepthClassBegin{1, 3, 6};

// --- 3. Profiles and table sizes

struct Profile {
  std::size_t lists;
  std::size_t prior_orders;
  std::size_t selectors;
  bool counters;   // whether the counters 1 to 3 take part
  bool recurrent;  // whether the recurrent network does
  bool network;    // whether the network may
};
constexpr std::array<Profile, 3> kProfiles{{
    {3, 2, 2, false, false, false},
    {8, 3, 3, false, true, false},
    {16, 5, 5, true, true, true},
}};
constexpr std::uint64_t kListsNumerator = 3;  // of lists by context and byte of text
constexpr std::uint64_t kListsDenominator = 8;
constexpr std::uint32_t kMinTableLog2 = 12;
constexpr std::uint32_t kMaxTableLog2 = 22;
constexpr std::uint32_t kMaxLinesLog2 = 20;  // before the shift
constexpr std::uint32_t kLinesShift = 2;
constexpr std::uint32_t kMatchesShift = 3;

// --- 5. Functions

constexpr int kProbabilityBits = 22;
constexpr std::uint32_t kOne = std::uint32_t{1} << kProbabilityBits;
constexpr std::uint32_t kMaxProbability = kOne - 1;
constexpr std::int32_t kMaxStretch = 4095;

// --- 6 and 7. History and contexts

constexpr std::size_t kMaxLineTokens = 4096;
constexpr std::size_t kMaxLists = 16;

// --- 8. Inputs

constexpr std::size_t kPriorInputs = 3;
constexpr std::size_t kMatchInputs = 2;
constexpr std::int32_t kBias = 256;
constexpr std::size_t kInputGroup = 16;

// The number of inputs, with the zeros at the end.
constexpr std::size_t input_count(const Profile& profile) {
  const std::size_t inputs = profile.lists + kPriorInputs + kMatchInputs +
                             (profile.counters ? 4 : 1) + 1 + (profile.network ? 1 : 0) +
                             (profile.recurrent ? 1 : 0);
  return (inputs + kInputGroup - 1) / kInputGroup * kInputGroup;
}

constexpr std::uint32_t kCounterLimit = 30;
constexpr std::uint32_t kMapLimit = 255;

constexpr std::size_t kMaxPriorOrder = 5;
constexpr std::size_t kMaxBucketCells = 131'072;
constexpr std::array<std::uint32_t, 8> kPriorScales{62915, 44488, 31457, 22244,
                                                    15729, 11122, 5561,  2780};

constexpr std::array<std::size_t, 2> kMinMatchTokens{6, 3};
constexpr std::size_t kMaxMatchTokens = 32;
constexpr std::array<std::size_t, 3> kMatchClassBegin{4, 8, 16};  // of the length classes 2 to 4
constexpr std::size_t kExactMatchLengths = 16;
constexpr std::size_t kMatchLengthStep = 4;
constexpr std::size_t kMatchMaps = 160;

constexpr std::size_t kListMaps = 1470;
constexpr std::size_t kListMapsOfEscapeClass = 490;
constexpr std::array<std::uint32_t, 11> kCountClasses{0, 1, 2, 3, 4, 4, 5, 5, 5, 5, 6};
constexpr std::array<std::uint32_t, 5> kListOrders{1, 2, 3, 4, 6};  // of lists 0 to 4

// Candidate.

constexpr std::size_t kVotingEntries = 2;
constexpr std::uint32_t kOddsOne = 256;
constexpr std::uint32_t kLeastRest = kOne / 128;

// --- 9. Mixers: that of the candidate, then that of the tree

constexpr std::size_t kMaxSelectors = 5;
constexpr std::array<std::array<std::size_t, kMaxSelectors>, 2> kSelectorSets{
    {{360, 168, 256, 1024, 1024}, {768, 64, 384, 1024, 1024}}};
constexpr std::array<std::size_t, 2> kFinalSets{32, 64};
constexpr std::size_t kHitHistories = 8;
constexpr std::size_t kVotesPerClass = 4;
constexpr std::size_t kMaxVoteClass = 3;
constexpr std::size_t kManyActive = 9;
constexpr std::size_t kFinalInputs = 8;
constexpr std::int32_t kMaxWeight = 524287;
constexpr std::int32_t kSlowRate = 80;
constexpr std::int32_t kRateStep = 491520;
constexpr std::int32_t kRateTokens = 4096;
constexpr std::int32_t kFinalRate = 20;

}  // namespace reference
