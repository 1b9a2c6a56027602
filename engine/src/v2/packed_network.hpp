// A czip-model-v2 network's weights and tables in the layouts of one SIMD level.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/engine/v2/network.hpp"
#include "simd/dense.hpp"
#include "v2/kernels.hpp"

namespace czip::v2 {

// Multiplier and limit of each row of a matrix.
struct PackedChannels {
  AlignedBuffer<std::int16_t> multiplier;
  AlignedBuffer<std::int32_t> limit;
  int shift = 1;

  // The parameters of the rows from `first` on.
  [[nodiscard]] ChannelRequantization from(std::size_t first) const {
    return {multiplier.data() + first, limit.data() + first, shift};
  }
};

struct PackedLayer {
  AlignedBuffer<std::int16_t> attention_norm;  // [D]
  simd::PackedMatrix qkv;
  AlignedBuffer<std::int16_t> query_norm;  // [H * E]
  AlignedBuffer<std::int16_t> key_norm;    // [G * E]
  PackedChannels value_scale;
  AlignedBuffer<std::int16_t> bias;  // [H][2 * W], laid out as in AttentionInput
  AlignedBuffer<std::int16_t> score_scale;
  AlignedBuffer<std::int16_t> sink;
  AlignedBuffer<std::int16_t> attention_gain;
  simd::PackedMatrix output;
  PackedChannels output_scale;
  AlignedBuffer<std::int16_t> feed_forward_norm;
  simd::PackedMatrix up;
  PackedChannels up_scale;
  simd::PackedMatrix down;
  PackedChannels down_scale;
};

// The group head is multiplied in slices of this many rows, so that the sums of a slice are
// requantized while they are in the cache.
inline constexpr std::uint32_t kHeadSliceRows = 1024;

struct PackedNetwork {
  SimdLevel level = SimdLevel::scalar;
  const simd::DenseKernels* dense_kernels = nullptr;
  const Kernels* kernels = nullptr;
  NetworkConfig config;
  alignas(64) Exp2Table exp2{};
  AlignedBuffer<std::int8_t> embedding;  // [V, D], row-major
  AlignedBuffer<std::int8_t> bigram;     // [B, D]
  std::vector<PackedLayer> layers;
  AlignedBuffer<std::int16_t> final_norm;
  std::vector<simd::PackedMatrix> group_head;  // slices of kHeadSliceRows rows or, the last, fewer
  std::vector<simd::PackedMatrix> members;     // of each group; empty for a group of one
  AlignedBuffer<std::int8_t> weights;          // the memory of all int8 weights above
  std::int32_t head_scale = 1;
  std::int32_t head_limit = 0;

  // Bytes of the keys, and as many of the values, of one layer and key/value head of a stream.
  [[nodiscard]] std::size_t ring_bytes() const {
    return std::size_t{config.window} * config.head_dim;
  }
};

}  // namespace czip::v2
