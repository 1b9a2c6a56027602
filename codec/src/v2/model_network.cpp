#include "v2/model_network.hpp"

#include <string>
#include <utility>

namespace czip::v2 {

Result<NetworkPart> load_network(const SafetensorsFile& file, const CodeTree& tree) {
  const auto config = NetworkV2::read_config(file);
  if (!config) return tl::unexpected(config.error());
  if (config->vocabulary != tree.size()) {
    return fail(ErrorCode::corrupt,
                "the network has a vocabulary of " + std::to_string(config->vocabulary) +
                    " tokens, but the model's tokenizer one of " + std::to_string(tree.size()));
  }
  TokenGroups groups(tree, config->group_size);
  auto network = NetworkV2::create(file, best_simd_level(), network_order(tree, groups));
  if (!network) return tl::unexpected(network.error());
  return NetworkPart{std::move(groups), std::move(*network)};
}

}  // namespace czip::v2
