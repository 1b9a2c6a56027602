// A profile says which inputs take part: it trades speed for ratio. Recorded in the file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {

// The order of the mixers' inputs.
inline constexpr std::size_t kFirstSuccessorInput = 0;
inline constexpr std::size_t kFirstPriorInput = kFirstSuccessorInput + kListLanes;
inline constexpr std::size_t kFirstMatchInput = kFirstPriorInput + kPriorInputs;
inline constexpr std::size_t kFirstCounterInput = kFirstMatchInput + kMatchInputs;
inline constexpr std::size_t kBiasInput = kFirstCounterInput + kCounterInputs;
inline constexpr std::size_t kNetworkInput = kBiasInput + 1;
inline constexpr std::size_t kRecurrentInput = kNetworkInput + 1;
inline constexpr std::size_t kMixerInputs = 32;
static_assert(kRecurrentInput < kMixerInputs && kMixerInputs <= kMaxMixerInputs);

struct Profile {
  std::size_t lists;      // successor lists, at most kListLanes
  std::uint32_t prior;    // the highest order of the prior that takes part
  std::size_t selectors;  // of each mixer, the first ones; at most kMixerSelectors
  bool counters;          // whether the hashed counters take part
  bool recurrent;         // whether the recurrent network does, if the model has one
};

inline constexpr std::array<Profile, 3> kProfiles{{
    // fast
    {.lists = 4, .prior = 3, .selectors = 2, .counters = false, .recurrent = false},
    // light
    {.lists = 8, .prior = 3, .selectors = 3, .counters = false, .recurrent = true},
    // normal
    {.lists = 16, .prior = 5, .selectors = 5, .counters = true, .recurrent = true},
}};
// The first profile that a network takes part in; those before it are for speed.
inline constexpr std::size_t kFirstNetworkProfile = 2;

// The weight sets that the first `selectors` selectors of a mixer pick from.
[[nodiscard]] constexpr std::size_t weight_sets(std::size_t mixer, std::size_t selectors) {
  std::size_t sets = 0;
  for (std::size_t s = 0; s < selectors; ++s) sets += kMixerSelectorSizes[mixer][s];
  return sets;
}

}  // namespace czip::v2
