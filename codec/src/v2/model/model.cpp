#include "czip/codec/v2/model.hpp"

#include <algorithm>
#include <bit>
#include <new>

#include "czip/codec/v2/coding/mixer.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/identity.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/tensor_reader.hpp"

namespace czip::v2 {
namespace {

using safetensors::TensorReader;

std::vector<std::int32_t> read_weights(TensorReader& reader, const std::string& name,
                                       TensorReader::Shape shape) {
  std::vector<std::int32_t> weights;
  for (const std::int16_t w : reader.values<std::int16_t>(name, shape)) {
    weights.push_back(std::clamp(w * (1 << kStoredWeightShift), -kMaxWeight, kMaxWeight));
  }
  return weights;
}

TrainedState read_state(TensorReader& reader, const StateTensors& names, const Profile& profile) {
  TrainedState state;
  state.weights = read_weights(reader, names.weights, {kWeightSets, profile.inputs()});
  state.final_weights = read_weights(reader, names.final_weights, {kFinalWeightSets, kInputGroup});
  state.list_maps =
      reader.values<std::uint32_t>(names.list_maps, {profile.lists, kSuccessorStates});
  state.match_maps = reader.values<std::uint32_t>(names.match_maps, {kMatchInputs, kMatchStates});
  return state;
}

// The states of the profiles from `first` on, which share one adaptive probability map.
TrainedStates read_states(TensorReader& reader, std::string_view prefix, std::size_t first,
                          std::uint64_t vocabulary) {
  const auto apm = reader.values<std::uint16_t>(apm_tensor(prefix), {vocabulary, kApmPoints});
  TrainedStates states;
  for (std::size_t i = first; i < states.size(); ++i) {
    states[i] = read_state(reader, state_tensors(prefix, i), kProfiles[i]);
    states[i].apm = apm;
  }
  return states;
}

// The data of a tensor of one dimension; empty if the reader has failed.
std::span<const std::uint8_t> any_length(TensorReader& reader, std::string_view name,
                                         safetensors::DType dtype) {
  const safetensors::TensorView* const tensor =
      reader.require(name, dtype, {TensorReader::kAnyLength});
  return tensor == nullptr ? std::span<const std::uint8_t>{} : tensor->bytes;
}

Result<Prior> read_prior(TensorReader& reader, std::uint64_t vocabulary) {
  const auto order0 = reader.values<std::uint32_t>(prior_order0_tensor(), {vocabulary});
  std::vector<PriorOrder> orders;
  for (std::uint32_t k = 1; k <= kMaxPriorOrder; ++k) {
    if (!reader.has(prior_index_tensor(k))) break;
    PriorOrder order;
    order.index = any_length(reader, prior_index_tensor(k), safetensors::DType::u32);
    order.cells = any_length(reader, prior_cells_tensor(k), safetensors::DType::u16);
    const std::uint64_t entries = order.index.size() / 4;
    order.buckets_log2 =
        entries < 2 ? 0 : static_cast<std::uint32_t>(std::bit_width(entries - 1) - 1);
    orders.push_back(order);
  }
  CZIP_TRY(reader.status());
  return Prior::create(order0, std::move(orders));
}

ModelDescription read_description(const safetensors::File& file) {
  const auto text = [&](std::string_view key) {
    const auto at = file.metadata().find(key);
    return at == file.metadata().end() ? std::string() : at->second;
  };
  return {text(kNameKey), text(kDescriptionKey), text(kLicenseKey), text(kTrainingDataKey)};
}

std::size_t count_network_tensors(const safetensors::File& file) {
  return static_cast<std::size_t>(
      std::count_if(file.tensors().begin(), file.tensors().end(),
                    [](const auto& tensor) { return is_network_tensor(tensor.first); }));
}

Result<std::shared_ptr<const ModelParts>> load(safetensors::File file) {
  const auto format = file.metadata().find(kFormatKey);
  if (format == file.metadata().end() || format->second != kModelFormat) {
    return fail(ErrorCode::unsupported, "the model's format is not " + std::string(kModelFormat));
  }
  const Hash128 hash = model_hash(file);
  CZIP_TRY(safetensors::check_stated_hash(file, hash));
  TensorReader reader(file);
  const auto lengths = any_length(reader, kTokenLengthsTensor, safetensors::DType::u8);
  const auto token_bytes = any_length(reader, kTokenBytesTensor, safetensors::DType::u8);
  const std::uint64_t vocabulary = Tokenizer::kSingleBytes + lengths.size();
  const auto order = reader.values<std::uint16_t>(kCodeOrderTensor, {vocabulary});
  const auto splits = reader.values<std::uint16_t>(kCodeSplitsTensor, {vocabulary - 1});
  const auto squash = reader.values<std::uint16_t>(kSquashTensor, {kSquashEntries});
  TrainedStates states = read_states(reader, kStatePrefix, 0, vocabulary);
  const std::size_t network_tensors = count_network_tensors(file);
  TrainedStates network_states;
  if (network_tensors > 0) {
    network_states = read_states(reader, kNetworkStatePrefix, kFirstNetworkProfile, vocabulary);
  }
  CZIP_TRY_ASSIGN(auto prior, read_prior(reader, vocabulary));
  if (reader.used() + network_tensors != file.tensors().size()) {
    return fail(ErrorCode::unsupported, "the model has tensors that this czip does not know");
  }
  CZIP_TRY_ASSIGN(auto tokenizer, Tokenizer::parse(lengths, token_bytes));
  CZIP_TRY_ASSIGN(auto logistic, Logistic::create(squash));
  CZIP_TRY_ASSIGN(auto tree, CodeTree::create(order, splits));
  std::unique_ptr<const NetworkCache> network;
  if (network_tensors > 0) {
    CZIP_TRY(read_network_config(file, tree));
    network = std::make_unique<NetworkCache>();
  }
  return std::make_shared<const ModelParts>(
      ModelParts{hash, read_description(file), std::move(tokenizer), std::move(logistic),
                 std::move(tree), std::move(prior), std::move(states), std::move(network_states),
                 std::move(network), std::move(file)});
}

}  // namespace

Result<Model> Model::parse(std::span<const std::uint8_t> file) {
  try {
    CZIP_TRY_ASSIGN(auto tensors, safetensors::File::parse(file));
    CZIP_TRY_ASSIGN(auto parts, load(std::move(tensors)));
    return Model(std::move(parts));
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for the model");
  }
}

const Hash128& Model::hash() const { return parts_->hash; }
const ModelDescription& Model::description() const { return parts_->description; }
bool Model::has_network() const { return parts_->network != nullptr; }
std::uint32_t Model::vocabulary_size() const { return parts_->tree.size(); }

}  // namespace czip::v2
