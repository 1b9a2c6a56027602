#include "v2/model_network.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include "czip/base/little_endian.hpp"

namespace czip::v2 {
namespace {

// As the configuration says; none if there is no configuration, which the engine reports.
std::optional<std::uint32_t> network_vocabulary(const SafetensorsFile& file) {
  const TensorView* config = file.find("network.config");
  if (config == nullptr || config->dtype != DType::u32 || config->element_count() < 2) return {};
  return load_le<std::uint32_t>(&config->bytes[sizeof(std::uint32_t)]);
}

}  // namespace

Result<NetworkV2> load_network(const SafetensorsFile& file, const CodeTree& tree) {
  const std::uint32_t vocabulary = network_vocabulary(file).value_or(tree.size());
  if (vocabulary != tree.size()) {
    return fail(ErrorCode::corrupt,
                "the network has a vocabulary of " + std::to_string(vocabulary) +
                    " tokens, but the model's tokenizer one of " + std::to_string(tree.size()));
  }
  return NetworkV2::create(file, best_simd_level(), tree.order());
}

}  // namespace czip::v2
