#include "v2/model_writer.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "czip/codec/v2/coding/mixer.hpp"
#include "czip/codec/v2/coding/successor_inputs.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/identity.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/engine/v2/recurrent_network.hpp"

namespace czip::v2::training {
namespace {

// Gathers a model's tensors.
class Tensors {
 public:
  template <class T>
  void add(std::string_view name, std::vector<std::uint64_t> shape, const std::vector<T>& values) {
    list_.push_back(
        safetensors::make_tensor(std::string(name), std::move(shape), std::span(values)));
  }
  // Adds a tensor whose elements are little-endian bytes already.
  void add_bytes(std::string_view name, const char* dtype, std::uint64_t elements,
                 const std::vector<std::uint8_t>& bytes) {
    list_.push_back({std::string(name), dtype, {elements}, bytes});
  }
  // Adds a tensor of another file.
  void add_copy(const std::string& name, const safetensors::TensorView& tensor) {
    list_.push_back({name,
                     std::string(safetensors::dtype_name(tensor.dtype)),
                     tensor.shape,
                     {tensor.bytes.begin(), tensor.bytes.end()}});
  }
  [[nodiscard]] std::span<const safetensors::TensorContent> list() const { return list_; }

 private:
  std::vector<safetensors::TensorContent> list_;
};

std::vector<std::int16_t> stored_weights(const std::vector<std::int32_t>& weights) {
  std::vector<std::int16_t> stored;
  stored.reserve(weights.size());
  for (const std::int32_t w : weights) {
    const std::int32_t rounded = (w + (1 << (kStoredWeightShift - 1))) >> kStoredWeightShift;
    stored.push_back(static_cast<std::int16_t>(std::clamp(rounded, -32768, 32767)));
  }
  return stored;
}

void add_state(Tensors& tensors, const StateTensors& names, const Profile& profile,
               const TrainedState& state) {
  for (std::size_t m = 0; m < kMixers; ++m) {
    tensors.add(names.weights[m], {weight_sets(m, profile.selectors), InputLayout(profile).total},
                stored_weights(state.weights[m]));
    tensors.add(names.final_weights[m], {kFinalWeightSets[m], kInputGroup},
                stored_weights(state.final_weights[m]));
  }
  tensors.add(names.list_maps, {profile.lists, kSuccessorStates}, state.list_maps);
  tensors.add(names.match_maps, {kMatchInputs, kMatchStates}, state.match_maps);
}

// Adds the states of the profiles from `first` on.
void add_states(Tensors& tensors, std::string_view prefix, std::size_t first,
                const TrainedStates& states) {
  for (std::size_t i = first; i < states.size(); ++i) {
    add_state(tensors, state_tensors(prefix, i), kProfiles[i], states[i]);
  }
}

safetensors::Metadata format_alone() {
  return {{std::string(kFormatKey), std::string(kModelFormat)}};
}

safetensors::Metadata metadata_of(const ModelDescription& description) {
  safetensors::Metadata metadata;
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) metadata.emplace_back(key, value);
  };
  add(kNameKey, description.name);
  add(kDescriptionKey, description.description);
  add(kLicenseKey, description.license);
  add(kTrainingDataKey, description.training_data);
  return metadata;
}

}  // namespace

Result<std::vector<std::uint8_t>> write_model(const ModelContent& content) {
  Tensors tensors;
  const std::uint64_t vocabulary = content.code_order.size();
  const auto lengths = content.tokenizer.lengths();
  const auto token_bytes = content.tokenizer.bytes();
  tensors.add(kTokenLengthsTensor, {lengths.size()}, lengths);
  tensors.add(kTokenBytesTensor, {token_bytes.size()}, token_bytes);
  tensors.add(kCodeOrderTensor, {vocabulary}, content.code_order);
  tensors.add(kCodeSplitsTensor, {vocabulary - 1}, content.code_splits);
  tensors.add(prior_order0_tensor(), {vocabulary}, content.prior.order0);
  for (std::size_t k = 1; k <= content.prior.orders.size(); ++k) {
    const PriorTable& table = content.prior.orders[k - 1];
    tensors.add_bytes(prior_index_tensor(k), "U32", table.index.size() / 4, table.index);
    tensors.add_bytes(prior_cells_tensor(k), "U16", table.cells.size() / 2, table.cells);
  }
  add_states(tensors, kStatePrefix, 0, content.states);
  if (content.recurrent != nullptr)
    for (const auto& [name, tensor] : content.recurrent->tensors()) tensors.add_copy(name, tensor);
  return with_model_hash(safetensors::write_aligned(format_alone(), tensors.list()),
                         metadata_of(content.description));
}

Result<std::vector<std::uint8_t>> write_model_with_network(const safetensors::File& model,
                                                           const safetensors::File& network,
                                                           const ModelDescription& description,
                                                           const TrainedStates& states) {
  const auto& metadata = model.metadata();
  Tensors tensors;
  for (const auto& [name, tensor] : model.tensors()) {
    if (is_network_tensor(name) || name.starts_with(kNetworkStatePrefix)) continue;
    tensors.add_copy(name, tensor);
  }
  add_states(tensors, kNetworkStatePrefix, kFirstNetworkProfile, states);
  for (const auto& [name, tensor] : network.tensors())
    if (is_network_tensor(name)) tensors.add_copy(name, tensor);
  return with_model_hash(
      safetensors::write_aligned({metadata.begin(), metadata.end()}, tensors.list()),
      metadata_of(description));
}

}  // namespace czip::v2::training
