#include "training/model_writer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "czip/base/little_endian.hpp"
#include "v2/apm.hpp"
#include "v2/list_inputs.hpp"
#include "v2/mixer.hpp"
#include "v2/model_parts.hpp"

namespace czip::v2 {
namespace {

// Tensors in the order of their addition, without gaps.
class SafetensorsWriter {
 public:
  template <class T>
  void add(const std::string& name, const char* dtype, std::vector<std::uint64_t> shape,
           const std::vector<T>& values) {
    const std::size_t begin = data_.size();
    data_.resize(begin + values.size() * sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
      store_le(data_.data() + begin + i * sizeof(T), values[i]);
    }
    header_[name] = {{"dtype", dtype}, {"shape", shape}, {"data_offsets", {begin, data_.size()}}};
  }

  void set_metadata(nlohmann::ordered_json metadata) {
    header_["__metadata__"] = std::move(metadata);
  }

  [[nodiscard]] std::vector<std::uint8_t> file() const {
    std::string header = header_.dump();
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::vector<std::uint8_t> bytes(sizeof(std::uint64_t) + header.size() + data_.size());
    store_le(bytes.data(), std::uint64_t{header.size()});
    const auto after = std::copy(header.begin(), header.end(),
                                 bytes.begin() + std::ptrdiff_t{sizeof(std::uint64_t)});
    std::copy(data_.begin(), data_.end(), after);
    return bytes;
  }

 private:
  nlohmann::ordered_json header_;
  std::vector<std::uint8_t> data_;
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

void add_state(SafetensorsWriter& writer, std::size_t number, const TrainedState& state) {
  const Profile& profile = kProfiles[number];
  const std::string prefix = "state." + std::to_string(number) + ".";
  writer.add(prefix + "weights", "I16", {kSets, profile.inputs()}, stored_weights(state.weights));
  writer.add(prefix + "final_weights", "I16", {kFinalSets, kInputGroup},
             stored_weights(state.final_weights));
  writer.add(prefix + "list_maps", "U32", {profile.lists, kListStates}, state.list_maps);
  writer.add(prefix + "match_maps", "U32", {kMatchInputs, kMatchStates}, state.match_maps);
}

}  // namespace

std::vector<std::uint8_t> write_model(const ModelContent& content) {
  SafetensorsWriter writer;
  writer.set_metadata({{"format", "czip-model-v2"},
                       {"name", content.description.name},
                       {"description", content.description.description},
                       {"license", content.description.license},
                       {"training_data", content.description.training_data}});
  const std::uint64_t vocabulary = content.code_order.size();
  const auto lengths = content.tokenizer.lengths();
  const auto token_bytes = content.tokenizer.bytes();
  writer.add("tokenizer.lengths", "U8", {lengths.size()}, lengths);
  writer.add("tokenizer.bytes", "U8", {token_bytes.size()}, token_bytes);
  writer.add("code.order", "U16", {vocabulary}, content.code_order);
  writer.add("code.splits", "U16", {vocabulary - 1}, content.code_splits);
  writer.add("tables.squash", "U16", {content.squash.size()}, content.squash);
  writer.add("prior.order0", "U32", {vocabulary}, content.prior.order0);
  for (std::size_t k = 1; k <= content.prior.orders.size(); ++k) {
    const PriorTable& table = content.prior.orders[k - 1];
    const std::string prefix = "prior." + std::to_string(k) + ".";
    writer.add(prefix + "index", "U32", {table.index.size() / 4}, table.index);
    writer.add(prefix + "cells", "U16", {table.cells.size() / 2}, table.cells);
  }
  writer.add("state.apm", "U16", {vocabulary, kApmPoints}, content.states[0].apm);
  for (std::size_t i = 0; i < content.states.size(); ++i) {
    add_state(writer, i, content.states[i]);
  }
  return writer.file();
}

}  // namespace czip::v2
