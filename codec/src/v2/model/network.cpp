#include "czip/codec/v2/model/network.hpp"

#include <string>
#include <utility>

#include "czip/codec/v2/model/parts.hpp"

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

Result<RecurrentNetwork> load_recurrent_network(const safetensors::File& file, const CodeTree& tree,
                                                SimdLevel simd) {
  auto network = RecurrentNetwork::create(file, simd);
  if (network && network->config().vocabulary != tree.size())
    return fail(ErrorCode::corrupt, "the recurrent network has a vocabulary of " +
                                        std::to_string(network->config().vocabulary) +
                                        " tokens, but the model's tokenizer one of " +
                                        std::to_string(tree.size()));
  return network;
}

Result<const RecurrentNetwork*> recurrent_network_of(const ModelParts& model, SimdLevel simd) {
  if (model.recurrent == nullptr) return nullptr;
  const auto& network = model.recurrent->get(model.file, model.tree, simd);
  if (network) return &*network;
  return fail(network.error().code,
              "the model's recurrent network cannot be used: " + network.error().message);
}

Result<const ModelNetwork*> network_of(const ModelParts& model, SimdLevel simd) {
  const auto& network = model.network->get(model.file, model.tree, simd);
  if (network) return &*network;
  // The error is the model's, not the text's.
  return fail(network.error().code,
              "the model's network cannot be used: " + network.error().message);
}

}  // namespace czip::v2
