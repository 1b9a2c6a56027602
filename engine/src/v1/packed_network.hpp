// A transformer's weights and tables in the layouts of one SIMD level.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/engine/v1/network.hpp"
#include "simd/dense.hpp"
#include "v1/kernels.hpp"

namespace czip::v1 {

struct PackedDense {
  simd::PackedMatrix matrix;
  RequantizePlan plan;
};

struct PackedLayer {
  AlignedBuffer<std::int8_t> attention_input_norm;
  PackedDense qkv;
  AlignedBuffer<std::int32_t> score_multiplier;
  bool has_sink = false;
  std::int8_t sink_key[kHeadDim] = {};
  PackedDense attention_output;
  AlignedBuffer<std::int8_t> attention_output_norm;
  AlignedBuffer<std::int8_t> feed_forward_input_norm;
  PackedDense up;
  PackedDense down;
  AlignedBuffer<std::int8_t> feed_forward_output_norm;
};

struct PackedNetwork {
  SimdLevel level = SimdLevel::scalar;
  const simd::DenseKernels* dense_kernels = nullptr;
  const Kernels* kernels = nullptr;
  // Whose append_key_value and attend run: `kernels`, or the scalar ones for a model with score
  // multipliers beyond what vector lanes hold.
  const Kernels* attention_kernels = nullptr;
  Dialect dialect = Dialect::rust;
  std::uint32_t vocabulary = 0;
  std::uint32_t d_model = 0;
  std::uint32_t heads = 0;
  std::uint32_t d_ff = 0;
  std::uint32_t positions = 0;
  std::uint32_t target_total = 0;
  AlignedBuffer<std::int8_t> embedding;  // [V, D], row-major
  std::vector<PackedLayer> layers;
  AlignedBuffer<std::int8_t> final_norm;
  simd::PackedMatrix head;
  AlignedBuffer<std::int16_t> rope_cos;  // [positions, 32]
  AlignedBuffer<std::int16_t> rope_sin;
  AlignedBuffer<std::uint16_t> inverse_rms;  // by mean square
  ExpFunction attention_exp;
  ExpFunction output_exp;
};

// Bytes of the keys, and as many of the values, of one layer of a sequence.
[[nodiscard]] constexpr std::size_t cache_bytes(std::uint32_t context) {
  return simd::round_up(context, 16) * kHeadDim;
}

}  // namespace czip::v1
