#include "czip/codec/v2/model/network.hpp"

#include <string>
#include <utility>

namespace czip::v2 {

Result<NetworkConfig> read_network_config(const safetensors::File& file, const CodeTree& tree) {
  auto config = Network::read_config(file);
  if (config && config->vocabulary != tree.size()) {
    return fail(ErrorCode::corrupt,
                "the network has a vocabulary of " + std::to_string(config->vocabulary) +
                    " tokens, but the model's tokenizer one of " + std::to_string(tree.size()));
  }
  return config;
}

Result<ModelNetwork> load_network(const safetensors::File& file, const CodeTree& tree,
                                  SimdLevel simd) {
  CZIP_TRY_ASSIGN(const auto config, read_network_config(file, tree));
  TokenGroups groups(tree, config.group_size);
  CZIP_TRY_ASSIGN(auto network, Network::create(file, simd, network_order(tree, groups)));
  return ModelNetwork{std::move(groups), std::move(network)};
}

}  // namespace czip::v2
