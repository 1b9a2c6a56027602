// A profile says which inputs take part: it trades speed for ratio. Recorded in the file.
#pragma once

#include <array>
#include <cstdint>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {

// The order of the mixer's inputs: a fixed part, then one for each successor list.
inline constexpr std::size_t kFirstCounterInput = 0;
inline constexpr std::size_t kFirstPriorInput = kFirstCounterInput + kCounterInputs;
inline constexpr std::size_t kFirstMatchInput = kFirstPriorInput + kPriorInputs;
inline constexpr std::size_t kBiasInput = kFirstMatchInput + kMatchInputs;
inline constexpr std::size_t kNetworkInput = kBiasInput + 1;
inline constexpr std::size_t kFirstSuccessorInput = kNetworkInput + 1;

struct Profile {
  std::size_t lists;  // successor lists

  // The mixer's inputs, padded with zeros to a multiple of kInputGroup.
  [[nodiscard]] constexpr std::size_t inputs() const {
    return (kFirstSuccessorInput + lists + kInputGroup - 1) / kInputGroup * kInputGroup;
  }
};

inline constexpr auto kProfiles = [] {
  std::array<Profile, kProfileLists.size()> profiles{};
  for (std::size_t i = 0; i < profiles.size(); ++i) profiles[i].lists = kProfileLists[i];
  return profiles;
}();
static_assert(kProfiles.back().inputs() <= kMaxMixerInputs);

}  // namespace czip::v2
