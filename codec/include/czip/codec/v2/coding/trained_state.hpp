// The part of the predictor's state that is trained beforehand and kept in the model: one for each
// profile and, where the model has a network, another for each profile that the network takes part
// in.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/profile.hpp"

namespace czip::v2 {

struct TrainedState {
  std::vector<std::int32_t> weights;        // [kWeightSets][inputs of the profile], Q16
  std::vector<std::int32_t> final_weights;  // [kFinalWeightSets][kInputGroup], Q16
  std::vector<std::uint32_t> list_maps;     // [lists][kSuccessorStates], AdaptiveProbability::raw
  std::vector<std::uint32_t> match_maps;    // [kMatchInputs][kMatchStates]
  std::vector<std::uint16_t> apm;           // [vocabulary][kApmPoints], Q16

  // The state before any training.
  static TrainedState initial(const Profile& profile, std::uint32_t vocabulary,
                              const Logistic& logistic);
};

// The states, indexed by profile.
using TrainedStates = std::array<TrainedState, kProfiles.size()>;

}  // namespace czip::v2
