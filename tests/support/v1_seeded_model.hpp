// A small, complete czip-model-v1 model of random weights, the same on every machine: for tests,
// and as the model of the repository's own conformance files.
//
// Weights come from SplitMix64 (Steele, Lea, Flood 2014) in the order in which the tensors are
// added, one draw each: low + floor((draw >> 32) * (high - low + 1) / 2^32).
#pragma once

#include <cstdint>
#include <vector>

#include "support/safetensors_writer.hpp"

namespace czip::test {

struct SeededModelOptions {
  std::uint32_t heads = 2;
  std::uint32_t d_ff = 96;
  std::uint32_t layers = 2;
  std::uint32_t merges = 115;  // vocabulary: 256 bytes, these, <|bos|> and <|eos|>
  std::uint32_t positions = 1024;
  std::uint32_t context_log2 = 10;
  bool sink_key = true;  // on layer 0 only
  std::uint64_t seed = 1;
};

[[nodiscard]] std::vector<std::uint8_t> make_seeded_model(const SeededModelOptions& options = {});

// The same before it is written, for tests that change something.
[[nodiscard]] SafetensorsContent make_seeded_content(const SeededModelOptions& options = {});

// The smallest useful model: 1 head, 1 layer, 64 positions.
[[nodiscard]] SeededModelOptions tiny_model_options();

}  // namespace czip::test
