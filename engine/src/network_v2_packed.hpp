// A czip-model-v2 network's weights and tables in the layouts of one SIMD level.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/engine/network_v2.hpp"
#include "kernels/kernels.hpp"
#include "kernels/kernels_v2.hpp"

namespace czip {

struct PackedScaleV2 {
  AlignedBuffer<std::int16_t> multiplier;
  AlignedBuffer<std::int32_t> limit;
  int shift = 1;

  // The scale of the channels from `first` on.
  [[nodiscard]] RescaleV2 from(std::size_t first) const {
    return {multiplier.data() + first, limit.data() + first, shift};
  }
};

struct PackedLayerV2 {
  AlignedBuffer<std::int16_t> attention_norm;  // [D]
  PackedMatrix qkv;
  AlignedBuffer<std::int16_t> query_norm;  // [H * E]
  AlignedBuffer<std::int16_t> key_norm;    // [G * E]
  PackedScaleV2 value_scale;
  AlignedBuffer<std::int16_t> bias;  // [H][2 * W], as AttentionV2 wants it
  AlignedBuffer<std::int16_t> score_scale;
  AlignedBuffer<std::int16_t> sink;
  AlignedBuffer<std::int16_t> attention_gain;
  PackedMatrix output;
  PackedScaleV2 output_scale;
  AlignedBuffer<std::int16_t> feed_forward_norm;
  PackedMatrix up;
  PackedScaleV2 up_scale;
  PackedMatrix down;
  PackedScaleV2 down_scale;
};

// The groups' part of the head is taken apart, so that the sums of one part are rescaled while they
// are in the cache.
inline constexpr std::uint32_t kHeadPart = 1024;

struct PackedNetworkV2 {
  SimdLevel level = SimdLevel::scalar;
  const Kernels* kernels = nullptr;
  const KernelsV2* kernels_v2 = nullptr;
  NetworkV2Config config;
  alignas(64) Exp2TableV2 exp2{};
  AlignedBuffer<std::int8_t> embedding;  // [V, D], row-major
  AlignedBuffer<std::int8_t> bigram;     // [B, D]
  std::vector<PackedLayerV2> layers;
  AlignedBuffer<std::int16_t> final_norm;
  std::vector<PackedMatrix> group_head;  // parts of kHeadPart rows, the last of what is left
  std::vector<PackedMatrix> members;     // of each group; empty for a group of one
  AlignedBuffer<std::int8_t> weights;    // all of the above
  std::int32_t head_scale = 1;
  std::int32_t head_limit = 0;

  // Bytes of the keys, and as many of the values, of one layer and key/value head of a stream.
  [[nodiscard]] std::size_t ring_bytes() const {
    return std::size_t{config.window} * config.head_dim;
  }
};

}  // namespace czip
