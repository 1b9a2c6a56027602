// The network of a model, in the terms of its tokenizer and code order.
#pragma once

#include <mutex>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/token_groups.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v2/network.hpp"

namespace czip::v2 {

struct ModelNetwork {
  TokenGroups groups;
  Network network;
};

[[nodiscard]] inline bool is_network_tensor(std::string_view name) {
  return name.starts_with("network.");
}

// Logits in the order of the tree's ranks; valid as long as both.
[[nodiscard]] inline LogitOrder network_order(const CodeTree& tree, const TokenGroups& groups) {
  return {.tokens = tree.order(), .groups = groups.first_ranks()};
}

// Of the file's network, which has the tree's vocabulary. Errors: corrupt, unsupported.
Result<NetworkConfig> read_network_config(const safetensors::File& file, const CodeTree& tree);

// Of the file's tensors "network.*". Errors: those of read_network_config and Network::create.
Result<ModelNetwork> load_network(const safetensors::File& file, const CodeTree& tree,
                                  SimdLevel simd = best_simd_level());

// Loads a model's network, at this machine's best SIMD level, when it is first asked for, by
// whichever thread: most levels do without, and a short text takes less time than the loading.
class NetworkCache {
 public:
  // With the model's file and tree, the same each time.
  const Result<ModelNetwork>& get(const safetensors::File& file, const CodeTree& tree) const {
    std::call_once(once_, [&] { network_ = load_network(file, tree); });
    return network_;
  }

 private:
  mutable std::once_flag once_;
  mutable Result<ModelNetwork> network_ = fail(ErrorCode::internal, "not loaded");
};

}  // namespace czip::v2
