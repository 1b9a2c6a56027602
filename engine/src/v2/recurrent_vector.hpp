// The recurrent network's kernels, written once over vector primitives (simd/ops_*.hpp); they give
// the same integers as the scalar ones.
//
// An Isa gives the primitives and the products of bytes:
//   Ops
//   kTileOutputs  outputs of a tile of packed weights: divides 64
//   pack          as in RecurrentKernels: tiles one after another
//   multiply_tile(tile, x, inputs, sums)   sums[o] = sum of weight[o][i] * x[i], o < kTileOutputs
//   node_sum      as in RecurrentKernels
#pragma once

#include <cstddef>
#include <cstdint>

#include "v2/recurrent_kernels.hpp"

namespace czip::v2 {
namespace {

template <class Isa>
struct VectorRecurrent {
  using Ops = typename Isa::Ops;
  using I32 = typename Ops::I32;
  static constexpr std::size_t kLanes = Ops::kLanes;

  template <int kShift>
  static I32 shift(I32 x) {
    return Ops::template shift_right_signed<kShift>(x);
  }
  template <int kShift>
  static I32 round_shift(I32 x) {
    return shift<kShift>(Ops::add(x, Ops::set(1 << (kShift - 1))));
  }
  static I32 clamp(I32 x, std::int32_t low, std::int32_t high) {
    return Ops::min(Ops::max(x, Ops::set(low)), Ops::set(high));
  }

  static void update_states(const StateUpdate& update, std::int32_t* states,
                            std::int8_t* activations) {
    for (std::size_t i = 0; i < update.width; i += kLanes) {
      const I32 gate =
          Ops::bit_and(Ops::load_i16_bytes(update.update + 2 * i), Ops::set(kUpdateMask));
      const I32 input = Ops::load_i16_bytes(update.input + 2 * i);
      const I32 before = Ops::load(states + i);
      const I32 difference = Ops::sub(Ops::template shift_left<kInputShift>(input), before);
      const I32 step = shift<kUpdateShift>(Ops::mul(shift<kDifferenceShift>(difference), gate));
      const I32 state = Ops::add(before, step);
      Ops::store(states + i, state);

      const I32 gained = Ops::mul(shift<kStateShift>(state), Ops::load_i16(update.gain + i));
      Ops::store_i8(activations + i, clamp(round_shift<kStateActivationShift>(gained),
                                           -kStateActivationBound, kStateActivationBound));
    }
  }

  // round_shift<kWeightScaleShift>(sum * scale). Lanes multiply only unsigned numbers, so
  // kHiddenSumBound is added to the sum; what that adds to the result is whole.
  static I32 scale_sum(I32 sum, I32 scale) {
    constexpr int kBoundShift = 24 - kWeightScaleShift;
    static_assert(kHiddenSumBound == 1 << (kBoundShift + kWeightScaleShift));
    const auto product = Ops::multiply_wide(Ops::add(sum, Ops::set(kHiddenSumBound)), scale);
    const auto rounded = Ops::template shift_right<kWeightScaleShift>(
        Ops::add(product, std::int64_t{1} << (kWeightScaleShift - 1)));
    return Ops::sub(Ops::narrow(rounded), Ops::template shift_left<kBoundShift>(scale));
  }

  static void activate_hidden(const HiddenLayer& layer, const std::int8_t* activations,
                              std::uint8_t* hidden) {
    static_assert(64 % Isa::kTileOutputs == 0 && Isa::kTileOutputs % kLanes == 0);
    for (std::size_t tile = 0; tile < layer.outputs; tile += Isa::kTileOutputs) {
      alignas(64) std::int32_t sums[Isa::kTileOutputs];
      Isa::multiply_tile(layer.weights + tile * layer.inputs, activations, layer.inputs, sums);
      for (std::size_t o = 0; o < Isa::kTileOutputs; o += kLanes) {
        const std::size_t h = tile + o;
        const I32 scaled = scale_sum(Ops::load(sums + o), Ops::load_i16(layer.scale + h));
        const I32 embedding = Ops::load_i8(layer.embedding + h);
        const I32 x = Ops::add(scaled, Ops::template shift_left<kHiddenShift>(embedding));
        Ops::store_u8(hidden + h, clamp(round_shift<kHiddenShift>(x), 0, kHiddenBound));
      }
    }
  }

  static void node_sums(const std::int8_t* rows, const std::uint16_t* nodes, std::size_t count,
                        const std::uint8_t* hidden, std::size_t n, std::int32_t* sums) {
    for (std::size_t k = 0; k < count; ++k) sums[k] = Isa::node_sum(rows + nodes[k] * n, hidden, n);
  }
};

template <class Isa>
constexpr RecurrentKernels make_vector_recurrent_kernels() {
  using Kernels = VectorRecurrent<Isa>;
  return {.pack = Isa::pack,
          .update_states = Kernels::update_states,
          .activate_hidden = Kernels::activate_hidden,
          .node_sum = Isa::node_sum,
          .node_sums = Kernels::node_sums};
}

}  // namespace
}  // namespace czip::v2
