#include "czip/codec/v2/coding/trained_state.hpp"

#include "czip/codec/v2/coding/apm.hpp"
#include "czip/codec/v2/coding/mixer.hpp"
#include "czip/codec/v2/coding/successor_inputs.hpp"

namespace czip::v2 {

TrainedState TrainedState::initial(const Profile& profile, std::uint32_t vocabulary,
                                   const Logistic& logistic) {
  TrainedState state;
  state.weights.assign(kWeightSets * profile.inputs(), kOneWeight / 6);
  state.final_weights.assign(kFinalWeightSets * kInputGroup, kOneWeight / kMixerSelectors);
  state.list_maps.assign(profile.lists * kSuccessorStates, AdaptiveProbability().raw());
  constexpr std::uint32_t kThreeQuarters = std::uint32_t{3} << 30;
  state.match_maps.assign(kMatchInputs * kMatchStates, kThreeQuarters);
  state.apm.resize(vocabulary * kApmPoints);
  set_identity(state.apm, logistic);
  return state;
}

}  // namespace czip::v2
