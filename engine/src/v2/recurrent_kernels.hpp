// The kernels of the czip-recurrent-v2 network (czip/engine/v2/recurrent_network.hpp has its
// definition and bounds). Every SIMD level gives the same integers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace czip::v2 {

inline constexpr int kInputShift = 7;       // an input, 16 bits, to the scale of the states
inline constexpr int kDifferenceShift = 8;  // these two make up the gate's 15 fractional bits
inline constexpr int kUpdateShift = 7;
inline constexpr std::int32_t kUpdateMask = 0x7fff;
inline constexpr int kStateShift = 7;  // a state, before it meets its gain
inline constexpr int kStateActivationShift = 18;
inline constexpr std::int32_t kStateActivationBound = 127;
inline constexpr int kWeightScaleShift = 15;  // to hidden units with two fractional bits
inline constexpr int kHiddenShift = 2;
inline constexpr std::int32_t kHiddenBound = 127;
inline constexpr int kNodeScaleShift = 17;
// Sums of the hidden layer stay below it: 1024 * 128 * 127 < 2^24.
inline constexpr std::int32_t kHiddenSumBound = 1 << 24;

// Rows of 16-bit tensors are bytes as the file has them: little-endian and unaligned. Widths are
// multiples of 64, so that vectors end where rows do.
struct StateUpdate {
  const std::uint8_t* update;  // [S] i16
  const std::uint8_t* input;   // [S] i16
  const std::int16_t* gain;    // [S]
  std::size_t width;           // S
};

struct HiddenLayer {
  const std::int8_t* weights;    // packed by the same level, on a boundary of 64 bytes
  const std::int16_t* scale;     // [H]
  const std::int8_t* embedding;  // [H]
  std::size_t inputs;            // S
  std::size_t outputs;           // H
};

struct RecurrentKernels {
  // Brings row-major weights [outputs, inputs] into this level's layout, of as many bytes.
  void (*pack)(const std::int8_t* weights, std::size_t outputs, std::size_t inputs,
               std::int8_t* packed);
  // Moves states[S] and writes activations[S], within +-kStateActivationBound.
  void (*update_states)(const StateUpdate& update, std::int32_t* states, std::int8_t* activations);
  // Writes hidden[H], 0 to kHiddenBound.
  void (*activate_hidden)(const HiddenLayer& layer, const std::int8_t* activations,
                          std::uint8_t* hidden);
  // Sum over n of row[i] * hidden[i]: |result| <= 2048 * 128 * 127 < 2^25.
  std::int32_t (*node_sum)(const std::int8_t* row, const std::uint8_t* hidden, std::size_t n);
  // sums[k] = node_sum of row nodes[k] of `rows` [V, n].
  void (*node_sums)(const std::int8_t* rows, const std::uint16_t* nodes, std::size_t count,
                    const std::uint8_t* hidden, std::size_t n, std::int32_t* sums);
};

}  // namespace czip::v2
