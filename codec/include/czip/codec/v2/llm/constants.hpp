// Every number of the coding with a language model, in the order of
// conformance/czip-v2-llm-coding.md. Changing any of them changes the format.
//
// They were tuned on the validation texts with TinyLlama 1.1B unless it is stated otherwise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {

// --- Contexts ------------------------------------------------------------------------------------

// Stands for a token where there is none.
inline constexpr std::uint32_t kNoLlmToken = 0xffffffff;
// Contexts of so many of the stream's last tokens remember what followed them.
inline constexpr std::array<std::uint32_t, 5> kLlmOrders{1, 2, 3, 4, 6};
inline constexpr std::size_t kLlmMaxOrder = kLlmOrders.back();
// Each remembers this many tokens, with counts of at most kLlmMaxCount.
inline constexpr std::size_t kLlmSuccessors = 3;
inline constexpr std::uint32_t kLlmMaxCount = 255;
// log2 of the number of contexts in the table: the digits of the text's length, limited.
inline constexpr std::uint32_t kLlmMinTableLog2 = 10;
inline constexpr std::uint32_t kLlmMaxTableLog2 = 22;
// To that length, a token of the prior adds so many bytes, that its contexts find a place: with 4,
// texts were 0.3 % larger.
inline constexpr std::uint64_t kLlmPriorTokenBytes = 16;
// Classes of counts: 1, 2, 3-4, more.
inline constexpr std::uint32_t kLlmCountClasses = 4;

// A match is looked for with the last kLlmMatchTokens tokens.
inline constexpr std::uint32_t kLlmMatchTokens = 4;
inline constexpr std::uint32_t kLlmMaxMatch = 31;

// --- Candidates ----------------------------------------------------------------------------------

inline constexpr std::size_t kLlmNetworkCandidates = 2;  // the network's likeliest tokens
inline constexpr std::size_t kLlmMaxCandidates = 8;
// What a successor or a match adds to a candidate's share, in units of 1/64 of all.
inline constexpr std::array<std::uint64_t, kLlmOrders.size()> kLlmOrderShares{1, 3, 6, 10, 16};
inline constexpr std::uint64_t kLlmMatchShare = 24;
inline constexpr int kLlmShareBits = 6;

// --- Inputs --------------------------------------------------------------------------------------

// What a context says of a candidate: nothing; of its successors none is it (by the first one's
// count class); successor j is it (by its count class).
inline constexpr std::uint32_t kLlmContextStands =
    1 + kLlmCountClasses + static_cast<std::uint32_t>(kLlmSuccessors) * kLlmCountClasses;
// What the match says: nothing, another token, it; with the length.
inline constexpr std::uint32_t kLlmMatchStates = 1 + 2 * (kLlmMaxMatch + 1);
// How often the text had the candidate: 0, 1, 2, 3-4, 5-8, ... tokens.
inline constexpr std::uint32_t kLlmUseClasses = 12;
// Hits of the tokens before: whether the first candidate was right.
inline constexpr std::uint32_t kLlmHitHistories = 16;
// Place of the candidate: first, second, later.
inline constexpr std::uint32_t kLlmPlaces = 3;

// A refined probability: adaptive probabilities at stretched values of -16, -15, ... 16.
inline constexpr std::size_t kLlmKnots = 33;
inline constexpr std::uint32_t kLlmKnotPrior = 40;  // its count before the first bit
inline constexpr std::uint32_t kLlmKnotLimit = 1023;

// --- Mixers --------------------------------------------------------------------------------------

// Of candidates: the network, contexts, match, uses, hits, bias.
inline constexpr std::size_t kLlmCandidateInputs = 16;
inline constexpr std::size_t kLlmTreeInputs = 8;
inline constexpr std::int32_t kLlmNetworkWeight = kOneWeight;
inline constexpr std::int32_t kLlmContextWeight = kOneWeight / 12;
inline constexpr std::int32_t kLlmRate = 100;
// Selectors of the candidate's mixer: place and class of the match; stretched probability of the
// network; highest order with successors, and whether it is the candidate.
inline constexpr std::size_t kLlmMatchClasses = 5;
inline constexpr std::size_t kLlmNetworkClasses = 16;
inline constexpr std::array<std::size_t, 3> kLlmCandidateSelectors{
    kLlmPlaces * kLlmMatchClasses * 3, kLlmPlaces* kLlmNetworkClasses,
    kLlmPlaces*(kLlmOrders.size() + 1) * 2};
// Of the tree's mixer: the depth.
inline constexpr std::uint32_t kLlmDepths = 20;
inline constexpr std::array<std::size_t, 1> kLlmTreeSelectors{kLlmDepths};
inline constexpr std::uint32_t kLlmNodeLimit = 60;

}  // namespace czip::v2
