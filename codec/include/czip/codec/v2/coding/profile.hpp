// A profile says which inputs take part: it trades speed for ratio. Recorded in the file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {

struct Profile {
  std::size_t lists;       // successor lists, at most kListLanes
  std::uint32_t prior;     // the highest order of the prior that takes part
  std::size_t selectors;   // of each mixer, the first ones; at most kMixerSelectors
  bool counters = false;   // whether the hashed counters take part
  bool recurrent = false;  // whether the recurrent network does, if the model has one
  bool network = false;    // whether the network may, if the model has one
};

inline constexpr std::array<Profile, 3> kProfiles{{
    // fast
    {.lists = 3, .prior = 2, .selectors = 2},
    // light
    {.lists = 8, .prior = 3, .selectors = 3, .recurrent = true},
    // normal
    {.lists = 16, .prior = 5, .selectors = 5, .counters = true, .recurrent = true, .network = true},
}};
// The first profile that a network may take part in; those before it are for speed.
inline constexpr std::size_t kFirstNetworkProfile = [] {
  std::size_t first = 0;
  while (!kProfiles[first].network) ++first;
  return first;
}();

// Where the inputs of a profile stand: those of the lists from 0 on, then the other ones that it
// has in this order, without gaps. `total`, with zeros at the end, is a multiple of a vector.
struct InputLayout {
  std::size_t prior = 0;
  std::size_t matches = 0;
  std::size_t counters = 0;
  std::size_t counter_count = 0;
  std::size_t bias = 0;
  std::optional<std::size_t> network;
  std::optional<std::size_t> recurrent;
  std::size_t total = 0;

  explicit constexpr InputLayout(const Profile& profile)
      : prior(profile.lists),
        matches(prior + kPriorInputs),
        counters(matches + kMatchInputs),
        counter_count(profile.counters ? kCounterInputs : 1),
        bias(counters + counter_count) {
    std::size_t next = bias + 1;
    if (profile.network) network = next++;
    if (profile.recurrent) recurrent = next++;
    total = (next + kInputVector - 1) / kInputVector * kInputVector;
  }
};
static_assert(InputLayout(kProfiles.back()).total <= kMaxMixerInputs);
// The lists' kernels write this many inputs, before the other ones are set.
static_assert(kListLanes <= kInputVector);

// The weight sets that the first `selectors` selectors of a mixer pick from.
[[nodiscard]] constexpr std::size_t weight_sets(std::size_t mixer, std::size_t selectors) {
  std::size_t sets = 0;
  for (std::size_t s = 0; s < selectors; ++s) sets += kMixerSelectorSizes[mixer][s];
  return sets;
}

}  // namespace czip::v2
