// The part of the predictor's state that is trained beforehand and kept in the model: one for each
// profile and, where the model has a network, another for each profile that the network takes part
// in.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/coding/profile.hpp"

namespace czip::v2 {

struct TrainedState {
  // Of each mixer, Q16: [weight_sets(m, selectors)][InputLayout::total] and
  // [kFinalWeightSets[m]][kInputGroup].
  std::array<std::vector<std::int32_t>, kMixers> weights;
  std::array<std::vector<std::int32_t>, kMixers> final_weights;
  std::vector<std::uint32_t> list_maps;   // [lists][kSuccessorStates], AdaptiveProbability::raw
  std::vector<std::uint32_t> match_maps;  // [kMatchInputs][kMatchStates]

  // The state before any training.
  static TrainedState initial(const Profile& profile);
};

// The states, indexed by profile.
using TrainedStates = std::array<TrainedState, kProfiles.size()>;

}  // namespace czip::v2
