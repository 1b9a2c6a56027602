#include "v2/model_network.hpp"

#include <string>
#include <utility>

namespace czip::v2 {

Result<NetworkV2Config> read_network_config(const SafetensorsFile& file, const CodeTree& tree) {
  auto config = NetworkV2::read_config(file);
  if (config && config->vocabulary != tree.size()) {
    return fail(ErrorCode::corrupt,
                "the network has a vocabulary of " + std::to_string(config->vocabulary) +
                    " tokens, but the model's tokenizer one of " + std::to_string(tree.size()));
  }
  return config;
}

Result<NetworkPart> load_network(const SafetensorsFile& file, const CodeTree& tree,
                                 SimdLevel simd) {
  const auto config = read_network_config(file, tree);
  if (!config) return tl::unexpected(config.error());
  TokenGroups groups(tree, config->group_size);
  auto network = NetworkV2::create(file, simd, network_order(tree, groups));
  if (!network) return tl::unexpected(network.error());
  return NetworkPart{std::move(groups), std::move(*network)};
}

}  // namespace czip::v2
