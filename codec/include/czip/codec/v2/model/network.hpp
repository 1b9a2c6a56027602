// The network of a model, with its logits in the model's code order.
#pragma once

#include <map>

#include "czip/base/error.hpp"
#include "czip/base/threads.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/token_groups.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v2/network.hpp"
#include "czip/engine/v2/recurrent_network.hpp"

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

// The recurrent network in the file's tensors "recurrent.*", whose vocabulary must be the tree's.
// `file`'s buffer must outlive it. Errors: corrupt, and those of RecurrentNetwork::create.
Result<RecurrentNetwork> load_recurrent_network(const safetensors::File& file, const CodeTree& tree,
                                                SimdLevel simd);

// A part of a model, loaded once for each SIMD level that is asked for: when it is first asked for,
// because most levels do without, and a short text takes less time than the loading.
template <class Part>
class PartCache {
 public:
  using Load = Result<Part> (*)(const safetensors::File& file, const CodeTree& tree,
                                SimdLevel simd);
  explicit PartCache(Load load) : load_(load) {}

  // `file` and `tree` must be the same each time, and outlive the cache. May be called by several
  // threads at once. A failure is kept, too. Errors: those of the loading function.
  const Result<Part>& get(const safetensors::File& file, const CodeTree& tree,
                          SimdLevel simd) const {
    Entry& entry = entry_of(simd);
    call_once(entry.once, [&] { entry.part = load_(file, tree, simd); });
    return entry.part;
  }

 private:
  struct Entry {
    OnceFlag once;
    Result<Part> part = fail(ErrorCode::internal, "not loaded");
  };

  Entry& entry_of(SimdLevel simd) const {
    const Lock lock(mutex_);
    return entries_[simd];
  }

  Load load_;
  mutable Mutex mutex_;
  mutable std::map<SimdLevel, Entry> entries_;  // entries never move
};

using NetworkCache = PartCache<ModelNetwork>;
using RecurrentCache = PartCache<RecurrentNetwork>;

}  // namespace czip::v2
