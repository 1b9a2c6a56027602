// Complete czip-recurrent-v2 networks of random weights, the same on every machine.
#pragma once

#include <cstdint>

#include "czip/engine/v2/recurrent_network.hpp"
#include "support/safetensors_writer.hpp"

namespace czip::test {

struct SeededRecurrentV2Options {
  v2::RecurrentConfig config{.vocabulary = 16, .state_width = 64, .hidden_width = 64};
  std::uint64_t seed = 1;
};

// The tensors "recurrent.*" of a model file. Logits are spread over some +-1000, so that nodes are
// neither all even nor all decided.
[[nodiscard]] SafetensorsContent make_seeded_recurrent_v2(
    const SeededRecurrentV2Options& options = {});

}  // namespace czip::test
