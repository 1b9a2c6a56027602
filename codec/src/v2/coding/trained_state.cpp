#include "czip/codec/v2/coding/trained_state.hpp"

#include "czip/codec/v2/coding/adaptive_probability.hpp"
#include "czip/codec/v2/coding/apm.hpp"
#include "czip/codec/v2/coding/mixer.hpp"

namespace czip::v2 {

TrainedState TrainedState::initial(const Profile& profile, std::uint32_t vocabulary,
                                   const Logistic& logistic) {
  TrainedState state;
  state.weights.assign(kWeightSets * profile.inputs(), kOneWeight / kInitialInputs);
  state.final_weights.assign(kFinalWeightSets * kInputGroup,
                             kOneWeight / static_cast<std::int32_t>(kMixerSelectors));
  state.list_maps.assign(profile.lists * kSuccessorStates, AdaptiveProbability().raw());
  state.match_maps.assign(kMatchInputs * kMatchStates, kInitialMatchProbability);
  state.apm.resize(vocabulary * kApmPoints);
  set_identity(state.apm, logistic);
  return state;
}

}  // namespace czip::v2
