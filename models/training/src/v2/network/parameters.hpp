// The parameters of a czip-model-v2 network (squared ReLU, untied head). Tensors and ranges:
// conformance/czip-network-v2.md. A parameter's name is its tensor's without "network.".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "czip/engine/v2/functions.hpp"
#include "czip/engine/v2/network.hpp"
#include "nn/parameters.hpp"

namespace czip::v2::training {

struct LayerIndex {
  std::size_t attention_norm, qkv, query_norm, key_norm, value_scale, position_bias, score_scale,
      sink, attention_gain, output, output_scale, feed_forward_norm, up, up_scale, down, down_scale;
};

// The shifts of the requantizations are the trainer's choice, except the head's, which the format
// fixes (kLogitShift).
inline constexpr int kValueShift = 20;
inline constexpr int kBranchShift = 15;
inline constexpr int kUpShift = 16;
static_assert(kValueShift <= kMaxValueShift && kBranchShift <= kMaxResidualShift &&
              kUpShift <= kMaxActivationShift);

// The tensor, without "network.", of the shift that goes with a parameter of multipliers; nullopt:
// the parameter has none.
struct ShiftTensor {
  std::string name;
  std::uint8_t shift;
};
std::optional<ShiftTensor> shift_of(const std::string& parameter);

// All parameters of a network, in the order of their names' first use.
class Parameters : public nn::ParameterList {
 public:
  // Random and constant initial values; the same for the same seed.
  Parameters(const NetworkConfig& config, std::size_t groups, std::uint64_t seed);

  std::size_t embedding = 0;
  std::size_t bigram = 0;  // if config.bigram_buckets > 0
  std::size_t final_norm = 0;
  std::size_t group_head = 0;
  std::size_t head = 0;
  std::size_t head_scale = 0;
  std::vector<LayerIndex> layers;

 private:
  void add_layer(const NetworkConfig& config, const std::string& prefix);
};

}  // namespace czip::v2::training
