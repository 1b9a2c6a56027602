// The parameters of a czip-model-v1 network. Tensors: conformance/czip-v1.md, section 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "czip/training/v1/model_trainer.hpp"
#include "nn/parameters.hpp"

namespace czip::v1::training {

// Norms are named by where they are applied, as in the engine's Weights.
struct LayerIndex {
  std::size_t attention_input_norm, qkv, score_multiplier, sink, attention_output,
      attention_output_norm, feed_forward_input_norm, up, down, feed_forward_output_norm;
};

// In the order of their use; a parameter's name is its tensor's.
class Parameters : public nn::ParameterList {
 public:
  // Random and constant initial values; the same for the same seed.
  Parameters(const NetworkShape& shape, std::uint64_t seed);

  std::size_t embedding = 0;
  std::size_t final_norm = 0;
  std::size_t head = 0;
  std::vector<LayerIndex> layers;

 private:
  void add_layer(const NetworkShape& shape, const std::string& prefix);
};

}  // namespace czip::v1::training
