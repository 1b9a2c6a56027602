// The network of a model, with its logits in the model's code order.
#pragma once

#include <map>

#include "czip/base/error.hpp"
#include "czip/base/threads.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/token_groups.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v2/network.hpp"

namespace czip::v2 {

struct ModelNetwork {
  TokenGroups groups;
  Network network;  // made with these groups
};

// Logits in the order of the tree's ranks. Valid as long as tree and groups.
[[nodiscard]] inline LogitOrder network_order(const CodeTree& tree, const TokenGroups& groups) {
  return {.tokens = tree.order(), .groups = groups.first_ranks()};
}

// The configuration of the file's network, whose vocabulary must be the tree's. Errors: corrupt,
// unsupported.
Result<NetworkConfig> read_network_config(const safetensors::File& file, const CodeTree& tree);

// The network in the file's tensors "network.*". Errors: those of read_network_config and
// Network::create.
Result<ModelNetwork> load_network(const safetensors::File& file, const CodeTree& tree,
                                  SimdLevel simd = best_simd_level());

// A model's network, loaded once for each SIMD level that is asked for: when it is first asked for,
// because most levels do without, and a short text takes less time than the loading.
class NetworkCache {
 public:
  // `file` and `tree` must be the same each time, and outlive the cache. May be called by several
  // threads at once. A failure is kept, too. Errors: those of load_network.
  const Result<ModelNetwork>& get(const safetensors::File& file, const CodeTree& tree,
                                  SimdLevel simd) const {
    Entry& entry = entry_of(simd);
    call_once(entry.once, [&] { entry.network = load_network(file, tree, simd); });
    return entry.network;
  }

 private:
  struct Entry {
    OnceFlag once;
    Result<ModelNetwork> network = fail(ErrorCode::internal, "not loaded");
  };

  Entry& entry_of(SimdLevel simd) const {
    const Lock lock(mutex_);
    return entries_[simd];
  }

  mutable Mutex mutex_;
  mutable std::map<SimdLevel, Entry> entries_;  // entries never move
};

}  // namespace czip::v2
