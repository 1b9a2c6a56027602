#include "czip/codec/v2/model/state_cache.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/mixer.hpp"
#include "czip/codec/v2/model/format.hpp"

namespace czip::v2 {
namespace {

using safetensors::DType;

std::string_view prefix_of(bool network) { return network ? kNetworkStatePrefix : kStatePrefix; }

template <class T>
std::vector<T> read(const safetensors::File& file, const std::string& name) {
  const auto bytes = file.find(name)->bytes;
  std::vector<T> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = load_le<T>(bytes.data() + i * sizeof(T));
  return values;
}

std::vector<std::int32_t> read_weights(const safetensors::File& file, const std::string& name) {
  std::vector<std::int32_t> weights;
  const auto stored = read<std::int16_t>(file, name);
  weights.reserve(stored.size());
  for (const std::int16_t w : stored)
    weights.push_back(std::clamp(w * (1 << kStoredWeightShift), -kMaxWeight, kMaxWeight));
  return weights;
}

TrainedState read_state(const safetensors::File& file, std::size_t profile, bool network) {
  const StateTensors names = state_tensors(prefix_of(network), profile);
  TrainedState state;
  for (std::size_t m = 0; m < kMixers; ++m) {
    state.weights[m] = read_weights(file, names.weights[m]);
    state.final_weights[m] = read_weights(file, names.final_weights[m]);
  }
  state.list_maps = read<std::uint32_t>(file, names.list_maps);
  state.match_maps = read<std::uint32_t>(file, names.match_maps);
  return state;
}

void require_state(safetensors::TensorReader& reader, std::size_t index, bool network) {
  const Profile& profile = kProfiles[index];
  const StateTensors names = state_tensors(prefix_of(network), index);
  for (std::size_t m = 0; m < kMixers; ++m) {
    reader.require(names.weights[m], DType::i16,
                   {weight_sets(m, profile.selectors), InputLayout(profile).total});
    reader.require(names.final_weights[m], DType::i16, {kFinalWeightSets[m], kInputGroup});
  }
  reader.require(names.list_maps, DType::u32, {profile.lists, kSuccessorStates});
  reader.require(names.match_maps, DType::u32, {kMatchInputs, kMatchStates});
}

}  // namespace

void require_states(safetensors::TensorReader& reader, bool with_network) {
  for (std::size_t i = 0; i < kProfiles.size(); ++i) require_state(reader, i, false);
  if (!with_network) return;
  for (std::size_t i = kFirstNetworkProfile; i < kProfiles.size(); ++i)
    require_state(reader, i, true);
}

const TrainedState& StateCache::get(const safetensors::File& file, std::size_t profile,
                                    bool network) const {
  const Lock lock(mutex_);
  auto& state = states_[(network ? kProfiles.size() : 0) + profile];
  if (!state) state = read_state(file, profile, network);
  return *state;
}

}  // namespace czip::v2
