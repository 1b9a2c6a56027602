// Complete czip-llm-v1 models of random weights, the same on every machine, scaled so that every
// number is spread over its range.
#pragma once

#include <cstdint>

#include "czip/engine/llm/config.hpp"
#include "support/safetensors_writer.hpp"

namespace czip::test {

struct SeededLlmOptions {
  llm::Config config{.vocabulary = 300,
                     .width = 64,
                     .layers = 2,
                     .heads = 4,
                     .kv_heads = 2,
                     .head_size = 16,
                     .feed_forward = 96,
                     .context = 48,
                     .kept = 4,
                     .rotary = 16,
                     .gated = 1,
                     .block = 32,
                     .biases = 0,
                     .epsilon = 1000};
  // Puts every weight, scale and bias at an end of its range, and every shift at its least.
  bool extreme = false;
  std::uint64_t seed = 1;
};

// The tensors "llm.*" of a model file.
[[nodiscard]] SafetensorsContent make_seeded_llm(const SeededLlmOptions& options = {});

}  // namespace czip::test
