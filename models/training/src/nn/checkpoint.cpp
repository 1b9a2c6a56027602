#include "nn/checkpoint.hpp"

#include <array>
#include <bit>
#include <string>
#include <string_view>
#include <type_traits>

#include "czip/base/little_endian.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"

namespace czip::nn {
namespace {

constexpr const char* kPosition = "position";
constexpr const char* kFormatKey = "format";
constexpr const char* kCheckpointFormat = "czip-network-checkpoint";
constexpr const char* kVersionKey = "version";
// Version 1 stated neither its version nor a hash.
constexpr const char* kCheckpointVersion = "2";

// A vector of fp32 numbers that a checkpoint holds. The parameters may be const.
template <class Values>
struct Entry {
  std::string name;
  Values* values;
};

template <class Parameters, class State>
auto entries(Parameters& parameters, State& optimizer) {
  using Values = std::remove_pointer_t<decltype(&optimizer.moments[0].first)>;
  std::vector<Entry<Values>> list;
  for (std::size_t i = 0; i < parameters.list.size(); ++i) {
    auto& parameter = parameters.list[i];
    list.push_back({parameter.name + ".value", &parameter.value});
    list.push_back({parameter.name + ".first", &optimizer.moments[i].first});
    if (parameter.role != Role::matrix)
      list.push_back({parameter.name + ".second", &optimizer.moments[i].second});
  }
  return list;
}

safetensors::TensorContent tensor_of(const std::string& name, const std::vector<float>& values) {
  safetensors::TensorContent tensor{name, "F32", {values.size()}, {}};
  tensor.bytes.resize(values.size() * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < values.size(); ++i)
    store_le(&tensor.bytes[4 * i], std::bit_cast<std::uint32_t>(values[i]));
  return tensor;
}

// A checkpoint whose content has the hash that it states.
Result<safetensors::File> open_checkpoint(std::span<const std::uint8_t> file) {
  auto checkpoint = safetensors::File::parse(file);
  if (!checkpoint)
    return fail(checkpoint.error().code,
                "the checkpoint is damaged, cut, or none at all: " + checkpoint.error().message);
  const auto text = [&](const char* key) {
    const auto at = checkpoint->metadata().find(key);
    return at == checkpoint->metadata().end() ? std::string_view() : std::string_view(at->second);
  };
  if (text(kFormatKey) != kCheckpointFormat)
    return fail(ErrorCode::corrupt, "not a checkpoint of a network's training");
  if (text(kVersionKey).empty())
    return fail(ErrorCode::unsupported,
                "the checkpoint is of an earlier czip, and has no hash to check it by; train anew");
  if (text(kVersionKey) != kCheckpointVersion)
    return fail(ErrorCode::unsupported,
                "the checkpoint is of a version that this czip does not know; train anew");
  const auto sound = safetensors::check_stated_hash(*checkpoint, content_hash(*checkpoint));
  if (!sound) return fail(sound.error().code, "the checkpoint " + sound.error().message);
  return checkpoint;
}

}  // namespace

Status check_checkpoint(std::span<const std::uint8_t> file) {
  CZIP_TRY(open_checkpoint(file));
  return {};
}

Result<std::vector<std::uint8_t>> write_checkpoint(const ParameterList& parameters,
                                                   const Optimizer& optimizer,
                                                   const TrainingPosition& position) {
  const std::array<std::uint64_t, 3> numbers{position.steps, position.windows, position.seed};
  std::vector<safetensors::TensorContent> tensors{
      safetensors::make_tensor<std::uint64_t>(kPosition, {numbers.size()}, numbers)};
  for (const auto& entry : entries(parameters, optimizer))
    tensors.push_back(tensor_of(entry.name, *entry.values));
  return safetensors::with_content_hash(safetensors::write(
      {{kFormatKey, kCheckpointFormat}, {kVersionKey, kCheckpointVersion}}, tensors));
}

Result<TrainingPosition> read_checkpoint(std::span<const std::uint8_t> file, std::uint64_t seed,
                                         ParameterList& parameters, Optimizer& optimizer) {
  CZIP_TRY_ASSIGN(const auto tensors, open_checkpoint(file));
  const auto list = entries(parameters, optimizer);
  const safetensors::TensorView* position = tensors.find(kPosition);
  if (position == nullptr || position->bytes.size() != 3 * sizeof(std::uint64_t))
    return fail(ErrorCode::corrupt, "not a checkpoint of a network's training");
  if (tensors.tensors().size() != list.size() + 1)
    return fail(ErrorCode::invalid_argument, "a checkpoint of another network: it has " +
                                                 std::to_string(tensors.tensors().size()) +
                                                 " tensors, expected " +
                                                 std::to_string(list.size() + 1));
  for (const auto& entry : list) {
    const safetensors::TensorView* tensor = tensors.find(entry.name);
    if (tensor == nullptr || tensor->bytes.size() != entry.values->size() * sizeof(std::uint32_t))
      return fail(ErrorCode::invalid_argument,
                  "a checkpoint of another network: its " + entry.name + " does not fit");
  }
  const TrainingPosition stored{.steps = load_le<std::uint64_t>(position->bytes.data()),
                                .windows = load_le<std::uint64_t>(position->bytes.data() + 8),
                                .seed = load_le<std::uint64_t>(position->bytes.data() + 16)};
  if (stored.seed != seed)
    return fail(ErrorCode::invalid_argument, "the checkpoint's training had the seed " +
                                                 std::to_string(stored.seed) + ", not " +
                                                 std::to_string(seed));
  for (const auto& entry : list) {
    const std::uint8_t* bytes = tensors.find(entry.name)->bytes.data();
    for (std::size_t i = 0; i < entry.values->size(); ++i)
      (*entry.values)[i] = std::bit_cast<float>(load_le<std::uint32_t>(bytes + 4 * i));
  }
  parameters.quantize();
  optimizer.steps = stored.steps;
  return stored;
}

}  // namespace czip::nn
