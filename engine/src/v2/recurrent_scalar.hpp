// The reference kernels of the recurrent network: plain loops that read like its definition
// (czip/engine/v2/recurrent_network.hpp), for machines of either byte order. simd/isa_scalar.cpp
// compiles them with the floating-point registers disabled where the compiler can.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "czip/base/little_endian.hpp"
#include "v2/recurrent_kernels.hpp"

namespace czip::v2 {
namespace {

inline void pack_recurrent(const std::int8_t* weights, std::size_t outputs, std::size_t inputs,
                           std::int8_t* packed) {
  std::copy_n(weights, outputs * inputs, packed);
}

inline void update_states(const StateUpdate& update, std::int32_t* states,
                          std::int8_t* activations) {
  for (std::size_t i = 0; i < update.width; ++i) {
    const std::int32_t gate = load_le<std::int16_t>(update.update + 2 * i) & kUpdateMask;
    const std::int32_t input = load_le<std::int16_t>(update.input + 2 * i);
    const std::int32_t difference = input * (1 << kInputShift) - states[i];
    states[i] += ((difference >> kDifferenceShift) * gate) >> kUpdateShift;

    const std::int32_t gained = (states[i] >> kStateShift) * update.gain[i];
    const std::int32_t rounded =
        (gained + (1 << (kStateActivationShift - 1))) >> kStateActivationShift;
    activations[i] = static_cast<std::int8_t>(
        std::clamp(rounded, -kStateActivationBound, kStateActivationBound));
  }
}

inline void activate_hidden(const HiddenLayer& layer, const std::int8_t* activations,
                            std::uint8_t* hidden) {
  for (std::size_t h = 0; h < layer.outputs; ++h) {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < layer.inputs; ++i)
      sum += layer.weights[h * layer.inputs + i] * activations[i];
    const auto scaled = static_cast<std::int32_t>(
        (std::int64_t{sum} * layer.scale[h] + (1 << (kWeightScaleShift - 1))) >> kWeightScaleShift);
    const std::int32_t x = scaled + layer.embedding[h] * (1 << kHiddenShift);
    hidden[h] = static_cast<std::uint8_t>(
        std::clamp((x + (1 << (kHiddenShift - 1))) >> kHiddenShift, 0, kHiddenBound));
  }
}

inline std::int32_t node_sum(const std::int8_t* row, const std::uint8_t* hidden, std::size_t n) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += row[i] * hidden[i];
  return sum;
}

inline void node_sums(const std::int8_t* rows, const std::uint16_t* nodes, std::size_t count,
                      const std::uint8_t* hidden, std::size_t n, std::int32_t* sums) {
  for (std::size_t k = 0; k < count; ++k) sums[k] = node_sum(rows + nodes[k] * n, hidden, n);
}

constexpr RecurrentKernels make_scalar_recurrent_kernels() {
  return {.pack = pack_recurrent,
          .update_states = update_states,
          .activate_hidden = activate_hidden,
          .node_sum = node_sum,
          .node_sums = node_sums};
}

}  // namespace
}  // namespace czip::v2
