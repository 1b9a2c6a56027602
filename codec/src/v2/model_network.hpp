// The network of a model, in the terms of its tokenizer and code order.
#pragma once

#include <string_view>

#include "czip/base/error.hpp"
#include "czip/engine/network_v2.hpp"
#include "czip/engine/safetensors.hpp"
#include "v2/code_tree.hpp"

namespace czip::v2 {

[[nodiscard]] inline bool is_network_tensor(std::string_view name) {
  return name.starts_with("network.");
}

// Of the file's tensors "network.*"; its logits stand in the order of the tree's ranks. Errors:
// those of NetworkV2::create, and corrupt for a network of another vocabulary.
Result<NetworkV2> load_network(const SafetensorsFile& file, const CodeTree& tree);

}  // namespace czip::v2
