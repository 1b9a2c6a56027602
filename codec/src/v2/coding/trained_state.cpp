#include "czip/codec/v2/coding/trained_state.hpp"

#include "czip/engine/v2/adaptive_probability.hpp"

namespace czip::v2 {

TrainedState TrainedState::initial(const Profile& profile) {
  TrainedState state;
  for (std::size_t m = 0; m < kMixers; ++m) {
    state.weights[m].assign(weight_sets(m, profile.selectors) * InputLayout(profile).total,
                            kOneWeight / kInitialInputs);
    state.final_weights[m].assign(kFinalWeightSets[m] * kInputGroup,
                                  kOneWeight / static_cast<std::int32_t>(profile.selectors));
  }
  state.list_maps.assign(profile.lists * kSuccessorStates, AdaptiveProbability().raw());
  state.match_maps.assign(kMatchInputs * kMatchStates, kInitialMatchProbability);
  return state;
}

}  // namespace czip::v2
