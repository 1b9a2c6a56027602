#include "v2/network/network_writer.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "czip/engine/safetensors/writer.hpp"
#include "v2/network/exp2_table.hpp"

namespace czip::v2::training {
namespace {

template <class T>
safetensors::TensorContent tensor_of(const nn::Parameter& parameter,
                                     std::vector<std::uint64_t> shape) {
  std::vector<T> values(parameter.size());
  std::transform(parameter.quantized.begin(), parameter.quantized.end(), values.begin(),
                 [](float value) { return static_cast<T>(value); });
  return safetensors::make_tensor<T>(std::string(kTensorPrefix) + parameter.name, std::move(shape),
                                     values);
}

safetensors::TensorContent tensor_of(const nn::Parameter& parameter, const NetworkConfig& config) {
  if (parameter.role != nn::Role::vector) {
    return tensor_of<std::int8_t>(parameter, {parameter.rows, parameter.cols});
  }
  if (parameter.name.ends_with("position_bias")) {
    return tensor_of<std::int16_t>(parameter, {config.heads, config.window});
  }
  return tensor_of<std::int16_t>(parameter, {parameter.size()});
}

// A scale's tensor is followed by that of its shift.
void add_shift(std::vector<safetensors::TensorContent>& tensors, const std::string& scale) {
  const auto shift = shift_of(scale);
  if (!shift) return;
  tensors.push_back(safetensors::make_tensor<std::uint8_t>(std::string(kTensorPrefix) + shift->name,
                                                           {1}, std::span(&shift->shift, 1)));
}

}  // namespace

Result<std::vector<std::uint8_t>> write_network(const NetworkConfig& config,
                                                const Parameters& parameters) {
  const std::array<std::uint32_t, kConfigFields> fields = config_fields(config);
  const Exp2Table table = make_exp2_table();
  const std::vector<std::uint16_t> exp2(table.begin(), table.end());
  std::vector<safetensors::TensorContent> tensors{
      safetensors::make_tensor<std::uint32_t>("network.config", {fields.size()}, fields),
      safetensors::make_tensor<std::uint16_t>("network.exp2", {exp2.size()}, exp2)};
  for (const nn::Parameter& parameter : parameters.list) {
    tensors.push_back(tensor_of(parameter, config));
    add_shift(tensors, parameter.name);
  }
  return safetensors::with_content_hash(
      safetensors::write({{"format", "czip-network-v2"}}, tensors));
}

}  // namespace czip::v2::training
