#include "v2/network/network_reader.hpp"

#include <cstdint>
#include <string>

#include "czip/base/little_endian.hpp"

namespace czip::v2::training {
namespace {

template <class T>
void read_values(const safetensors::TensorView& tensor, nn::Parameter& parameter) {
  for (std::size_t i = 0; i < parameter.size(); ++i) {
    const T integer = load_le<T>(tensor.bytes.data() + i * sizeof(T));
    parameter.value[i] = static_cast<float>(integer) / parameter.unit;
  }
}

}  // namespace

Status read_network(const safetensors::File& file, Parameters& parameters) {
  for (nn::Parameter& parameter : parameters.list) {
    if (const auto shift = shift_of(parameter.name)) {
      const safetensors::TensorView* tensor = file.find(std::string(kTensorPrefix) + shift->name);
      if (tensor->bytes[0] != shift->shift)
        return fail(ErrorCode::unsupported,
                    "the network's " + shift->name + " is " + std::to_string(tensor->bytes[0]) +
                        "; only networks with " + std::to_string(shift->shift) +
                        " are trained further");
    }
    const safetensors::TensorView* tensor = file.find(std::string(kTensorPrefix) + parameter.name);
    if (parameter.role == nn::Role::vector) {
      read_values<std::int16_t>(*tensor, parameter);
    } else {
      read_values<std::int8_t>(*tensor, parameter);
    }
  }
  parameters.quantize();
  return {};
}

}  // namespace czip::v2::training
