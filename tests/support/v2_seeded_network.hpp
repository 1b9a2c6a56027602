// Complete czip-model-v2 networks of random weights, the same on every machine, scaled so that
// every activation is spread over its range.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/engine/v2/network.hpp"
#include "support/safetensors_writer.hpp"

namespace czip::test {

struct SeededNetworkV2Options {
  v2::NetworkConfig config{.vocabulary = 300,
                           .d_model = 64,
                           .layers = 2,
                           .heads = 2,
                           .kv_heads = 1,
                           .head_dim = 32,
                           .d_ff = 160,
                           .window = 32,
                           .bigram_buckets = 64,
                           .gated = 0,
                           .tied = 0,
                           .embedding_shift = 4,
                           .group_size = 40};
  std::uint32_t groups = 0;  // 0: those of seeded_groups
  // Puts every weight, gain, multiplier and bias at an end of its range, with a random sign, and
  // every shift at its least. Only the head's scale stays moderate.
  bool extreme = false;
  std::uint64_t seed = 1;
};

// The first rank of each group: groups of all sizes that the configuration allows.
[[nodiscard]] std::vector<std::uint32_t> seeded_groups(const v2::NetworkConfig& config);

// The tensors "network.*" of a model file.
[[nodiscard]] SafetensorsContent make_seeded_network_v2(const SeededNetworkV2Options& options = {});

}  // namespace czip::test
