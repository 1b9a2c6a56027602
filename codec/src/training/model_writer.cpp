#include "training/model_writer.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "czip/engine/safetensors_writer.hpp"
#include "v2/apm.hpp"
#include "v2/list_inputs.hpp"
#include "v2/mixer.hpp"
#include "v2/model_parts.hpp"

namespace czip::v2 {
namespace {

// Gathers a model's tensors.
class Tensors {
 public:
  template <class T>
  void add(std::string name, std::vector<std::uint64_t> shape, const std::vector<T>& values) {
    list_.push_back(make_tensor(std::move(name), std::move(shape), std::span(values)));
  }
  // Of elements that are little-endian bytes already.
  void add_bytes(std::string name, const char* dtype, std::uint64_t elements,
                 const std::vector<std::uint8_t>& bytes) {
    list_.push_back({std::move(name), dtype, {elements}, bytes});
  }
  [[nodiscard]] std::span<const TensorContent> list() const { return list_; }

 private:
  std::vector<TensorContent> list_;
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

void add_state(Tensors& tensors, std::size_t number, const TrainedState& state) {
  const Profile& profile = kProfiles[number];
  const std::string prefix = "state." + std::to_string(number) + ".";
  tensors.add(prefix + "weights", {kSets, profile.inputs()}, stored_weights(state.weights));
  tensors.add(prefix + "final_weights", {kFinalSets, kInputGroup},
              stored_weights(state.final_weights));
  tensors.add(prefix + "list_maps", {profile.lists, kListStates}, state.list_maps);
  tensors.add(prefix + "match_maps", {kMatchInputs, kMatchStates}, state.match_maps);
}

}  // namespace

std::vector<std::uint8_t> write_model(const ModelContent& content) {
  const SafetensorsMetadata metadata{{"format", "czip-model-v2"},
                                     {"name", content.description.name},
                                     {"description", content.description.description},
                                     {"license", content.description.license},
                                     {"training_data", content.description.training_data}};
  Tensors tensors;
  const std::uint64_t vocabulary = content.code_order.size();
  const auto lengths = content.tokenizer.lengths();
  const auto token_bytes = content.tokenizer.bytes();
  tensors.add("tokenizer.lengths", {lengths.size()}, lengths);
  tensors.add("tokenizer.bytes", {token_bytes.size()}, token_bytes);
  tensors.add("code.order", {vocabulary}, content.code_order);
  tensors.add("code.splits", {vocabulary - 1}, content.code_splits);
  tensors.add("tables.squash", {content.squash.size()}, content.squash);
  tensors.add("prior.order0", {vocabulary}, content.prior.order0);
  for (std::size_t k = 1; k <= content.prior.orders.size(); ++k) {
    const PriorTable& table = content.prior.orders[k - 1];
    const std::string prefix = "prior." + std::to_string(k) + ".";
    tensors.add_bytes(prefix + "index", "U32", table.index.size() / 4, table.index);
    tensors.add_bytes(prefix + "cells", "U16", table.cells.size() / 2, table.cells);
  }
  tensors.add("state.apm", {vocabulary, kApmPoints}, content.states[0].apm);
  for (std::size_t i = 0; i < content.states.size(); ++i) {
    add_state(tensors, i, content.states[i]);
  }
  return write_safetensors(metadata, tensors.list());
}

}  // namespace czip::v2
