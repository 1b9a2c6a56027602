#include "czip/codec/v2/coding/trained_state.hpp"

#include "czip/codec/v2/coding/apm.hpp"
#include "czip/codec/v2/coding/list_inputs.hpp"
#include "czip/codec/v2/coding/mixer.hpp"

namespace czip::v2 {

TrainedState TrainedState::initial(const Profile& profile, std::uint32_t vocabulary,
                                   const Logistic& logistic) {
  TrainedState state;
  state.weights.assign(kSets * profile.inputs(), kOneWeight / 6);
  state.final_weights.assign(kFinalSets * kInputGroup, kOneWeight / kSelectors);
  state.list_maps.assign(profile.lists * kListStates, AdaptiveProbability().raw());
  constexpr std::uint32_t kThreeQuarters = std::uint32_t{3} << 30;
  state.match_maps.assign(kMatchInputs * kMatchStates, kThreeQuarters);
  state.apm.resize(vocabulary * kApmPoints);
  set_identity(state.apm, logistic);
  return state;
}

}  // namespace czip::v2
