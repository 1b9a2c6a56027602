// Which inputs take part: a profile trades speed for ratio. Recorded in the file; frozen.
#pragma once

#include <array>
#include <cstdint>

#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/counter_inputs.hpp"
#include "czip/codec/v2/coding/match_inputs.hpp"
#include "czip/codec/v2/coding/prior_inputs.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {

// The mixer's inputs: a fixed part, then one for each list.
inline constexpr std::size_t kFirstCounterInput = 0;
inline constexpr std::size_t kFirstPriorInput = kFirstCounterInput + kCounterInputs;
inline constexpr std::size_t kFirstMatchInput = kFirstPriorInput + kPriorInputs;
inline constexpr std::size_t kBiasInput = kFirstMatchInput + kMatchInputs;
inline constexpr std::size_t kNetworkInput = kBiasInput + 1;
inline constexpr std::size_t kFirstListInput = kNetworkInput + 1;

struct Profile {
  std::size_t lists;

  [[nodiscard]] constexpr std::size_t inputs() const {
    return (kFirstListInput + lists + kInputGroup - 1) / kInputGroup * kInputGroup;
  }
};

inline constexpr std::array<Profile, 3> kProfiles{{{8}, {16}, {kMaxLists}}};

// The first profile that a network joins: those before it are for speed.
inline constexpr std::size_t kFirstNetworkProfile = 1;

}  // namespace czip::v2
