// The network of a model, in the terms of its tokenizer and code order.
#pragma once

#include <string_view>

#include "czip/base/error.hpp"
#include "czip/engine/network_v2.hpp"
#include "czip/engine/safetensors.hpp"
#include "v2/code_tree.hpp"
#include "v2/token_groups.hpp"

namespace czip::v2 {

struct NetworkPart {
  TokenGroups groups;
  NetworkV2 network;
};

[[nodiscard]] inline bool is_network_tensor(std::string_view name) {
  return name.starts_with("network.");
}

// Logits in the order of the tree's ranks; valid as long as both.
[[nodiscard]] inline NetworkV2Order network_order(const CodeTree& tree, const TokenGroups& groups) {
  return {.tokens = tree.order(), .groups = groups.first_ranks()};
}

// Of the file's tensors "network.*", at this machine's best SIMD level. Errors: those of
// NetworkV2::create, and corrupt for a network of another vocabulary.
Result<NetworkPart> load_network(const SafetensorsFile& file, const CodeTree& tree);

}  // namespace czip::v2
