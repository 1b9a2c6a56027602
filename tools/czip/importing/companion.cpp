#include "importing/companion.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"

namespace czip::tool {
namespace {

bool is_left_out(std::string_view name) {
  return v2::is_network_tensor(name) || name.starts_with(v2::kNetworkStatePrefix) ||
         v2::is_language_model_tensor(name);
}

}  // namespace

std::vector<safetensors::TensorContent> companion_tensors(const safetensors::File& model) {
  std::vector<safetensors::TensorContent> tensors;
  for (const auto& [name, tensor] : model.tensors())
    if (!is_left_out(name))
      tensors.push_back({name,
                         std::string(safetensors::dtype_name(tensor.dtype)),
                         tensor.shape,
                         {tensor.bytes.begin(), tensor.bytes.end()}});
  return tensors;
}

}  // namespace czip::tool
