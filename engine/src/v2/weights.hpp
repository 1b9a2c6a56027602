// The tensors of a czip-model-v2 network, read and checked, in plain form. Shapes: V vocabulary, D
// d_model, H heads, G kv_heads, E head_dim, F d_ff, W window, B bigram_buckets.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v1/weights.hpp"
#include "czip/engine/v2/functions.hpp"
#include "czip/engine/v2/network.hpp"

namespace czip::v2 {

struct ChannelScale {
  std::vector<std::int16_t> multiplier;
  int shift = 1;
};

struct LayerWeights {
  std::vector<std::int16_t> attention_norm;     // [D]
  MatrixI8 qkv;                                 // [H * E + 2 * G * E, D]: queries, keys, values
  std::vector<std::int16_t> query_norm;         // [H * E]
  std::vector<std::int16_t> key_norm;           // [G * E]
  ChannelScale value_scale;                     // [G * E]
  std::vector<std::int16_t> position_bias;      // [H, W], by distance
  std::vector<std::int16_t> score_scale;        // [H], 1 to kMaxScoreScale
  std::vector<std::int16_t> sink;               // [H]
  std::vector<std::int16_t> attention_gain;     // [H], 1 to kMaxAttentionGain
  MatrixI8 output;                              // [D, H * E]
  ChannelScale output_scale;                    // [D]
  std::vector<std::int16_t> feed_forward_norm;  // [D]
  MatrixI8 up;              // [F, D], or gated [2 * F, D]: gate rows, then value rows
  ChannelScale up_scale;    // as many as `up` has rows
  MatrixI8 down;            // [D, F]
  ChannelScale down_scale;  // [D]
};

struct Weights {
  NetworkConfig config;
  Exp2Table exp2{};
  MatrixI8 embedding;  // [V, D]
  MatrixI8 bigram;     // [B, D]
  std::vector<LayerWeights> layers;
  std::vector<std::int16_t> final_norm;  // [D]
  MatrixI8 group_head;                   // [Q, D]
  MatrixI8 head;                         // [V, D]; empty where it is tied to the embedding
  std::int16_t head_scale = 1;
};

// Errors name the tensor and what is wrong with it.
Result<NetworkConfig> load_network_config(const safetensors::File& file);
Result<Weights> load_weights(const safetensors::File& file, std::uint32_t groups);

}  // namespace czip::v2
