// Complete czip-model-v2 models of random tokens, trees, priors, networks and language models, the
// same for a seed on every machine. Their mixers start near the untrained state, so that they
// shorten texts that repeat themselves.
#pragma once

#include <cstdint>
#include <string>

#include "support/bytes.hpp"

namespace czip::test {

struct RandomModelV2 {
  std::uint64_t seed = 1;
  std::uint32_t merged_tokens = 100;  // besides the single bytes
  std::uint32_t prior_orders = 5;     // besides order 0
  bool network = false;               // of a small shape that the seed chooses
  std::uint32_t group_size = 0;       // of the network; 0: the seed chooses
  bool recurrent = false;
  bool language_model = false;  // of a small shape that the seed chooses
  std::size_t prior_bytes = 0;  // of text, for its prior; 0: none
};

[[nodiscard]] Bytes make_random_model_v2(const RandomModelV2& recipe);
// A recipe that the seed chooses.
[[nodiscard]] RandomModelV2 random_model_recipe_v2(std::uint64_t seed);

}  // namespace czip::test
