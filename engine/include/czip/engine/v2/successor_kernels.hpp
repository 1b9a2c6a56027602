// Lists of the tokens that followed contexts before, sixteen contexts side by side: at a decision,
// how often and how recently tokens on either side came, and how often the list lacked the token,
// is a state, which an adaptive map per list turns into a probability. They play the part of the
// bit histories and indirect contexts of PAQ (Mahoney), with tokens in place of bits. Every SIMD
// level gives the same results.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "czip/engine/simd.hpp"

namespace czip::v2 {

inline constexpr std::size_t kListLanes = 16;
inline constexpr std::size_t kSuccessorsPerList = 4;
inline constexpr std::uint8_t kMaxSuccessorCount = 255;  // totals and escapes stop here, too
// Counts above kMinDecayingCount become 3/4, rounded to nearest, when another token comes.
inline constexpr std::uint8_t kMinDecayingCount = 2;
// Classes of how often the list did not have the token: in less than 1/4 of the times, in less than
// 2/3, in more.
inline constexpr std::uint32_t kEscapeClasses = 3;
// Classes of decisions: whether the token is the candidate, then those of the code tree by depth.
inline constexpr std::uint32_t kDecisionClasses = 5;
inline constexpr std::uint32_t kCandidateClass = 0;
// Class of a sum of counts; those past the table are of the last class.
inline constexpr std::array<std::uint8_t, 11> kCountClass{0, 1, 2, 3, 4, 4, 5, 5, 5, 5, 6};
inline constexpr std::uint32_t kCountClasses = kCountClass.back() + 1;
// Class of decision x class of the 0s' count x of the 1s' x bit of the latest token.
inline constexpr std::uint32_t kStatesPerDecision = kCountClasses * kCountClasses * 2;
inline constexpr std::uint32_t kStatesPerEscapeClass = kDecisionClasses * kStatesPerDecision;
inline constexpr std::size_t kSuccessorStates = kEscapeClasses * kStatesPerEscapeClass;

// 16 bytes, four to a cache line. A count of 0 ends the list; the most recent token comes first.
struct SuccessorList {
  std::uint16_t check;
  std::uint8_t total;    // times the context was seen, saturating
  std::uint8_t escapes;  // times that the token was not in the list (PPM's escape), saturating
  std::array<std::uint16_t, kSuccessorsPerList> rank;
  std::array<std::uint8_t, kSuccessorsPerList> count;

  // Moves the coded token to the front, or puts it there.
  void update(std::uint16_t coded);
};
static_assert(sizeof(SuccessorList) == 16);

// Sixteen lists while a token is coded.
struct SuccessorLanes {
  using Lanes = std::array<std::uint32_t, kListLanes>;

  alignas(64) std::array<Lanes, kSuccessorsPerList> rank{};
  alignas(64) std::array<Lanes, kSuccessorsPerList> count{};  // 0: none, or ruled out
  alignas(64) Lanes first_state{};                            // of the list and its escape class
  alignas(64) Lanes state{};  // index of the map of the list at this decision
  alignas(64) Lanes map{};    // what that map holds, AdaptiveProbability::raw
  std::uint32_t active = 0;   // bit i: list i has a successor that is not ruled out
};

// The tokens that make a decision's bit 1: the candidate, or those from the split on.
struct SuccessorDecision {
  bool is_candidate;
  std::uint32_t rank;  // the candidate, or the split
  std::uint32_t decision_class;
};

struct SuccessorKernels {
  // Takes the lists table[index[i]], i < lists; others count as empty. Lists of one index are taken
  // as they are before any of them is changed.
  void (*load)(const SuccessorList* table, const std::uint32_t* index, std::size_t lists,
               SuccessorLanes& lanes);
  // For each list, the probability (Q22) that the token is its successor `which`; 0: it has none.
  void (*score)(const SuccessorLanes& lanes, std::size_t which, const std::uint32_t* maps,
                std::uint32_t* probability);
  // Sets the states and the maps, and the inputs [kListLanes]: stretched, 0 for lists that are not
  // active. `stretch` is Logistic::stretch_table().
  void (*predict)(SuccessorLanes& lanes, const SuccessorDecision& decision,
                  const std::uint32_t* maps, const std::int16_t* stretch, std::int32_t* inputs);
  // The maps of the active lists learn the bit that predict() was for.
  void (*learn)(const SuccessorLanes& lanes, bool bit, std::uint32_t limit, std::uint32_t* maps);
  // Rules out the successors that the bit does.
  void (*rule_out)(SuccessorLanes& lanes, const SuccessorDecision& decision, bool bit);
  // Updates the lists table[index[i]] with the coded token, each from what it was when it was
  // loaded: two contexts that have one list count as one.
  void (*update)(SuccessorList* table, const std::uint32_t* index, std::size_t lists,
                 std::uint16_t coded);
};

// The kernels of a level. For one that supported_simd_levels() does not list: the scalar ones.
[[nodiscard]] const SuccessorKernels& successor_kernels(SimdLevel level);

}  // namespace czip::v2
