// What a recurrent network learns, in floats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "v2/recurrent/aligned_floats.hpp"
#include "v2/recurrent/code_paths.hpp"
#include "v2/recurrent/kernels.hpp"

namespace czip::v2::training {

// What the file can hold: a gain's units, and the largest bias.
inline constexpr float kGainUnits = 1024;
inline constexpr float kLargestBias = 4095.0F / 256;

struct RecurrentShape {
  std::size_t vocabulary, state, hidden;

  // A token's row: gates and inputs before their nonlinear functions, and the embedding.
  [[nodiscard]] std::size_t token_width() const { return 2 * state + hidden; }
  // A node's row: its weights, its bias and 15 zeros.
  [[nodiscard]] std::size_t node_width() const { return hidden + 16; }
};

struct RecurrentParameters {
  RecurrentShape shape;
  AlignedFloats tokens;   // [vocabulary][token_width]
  AlignedFloats nodes;    // [vocabulary][node_width]; row 0 is unused
  AlignedFloats weights;  // [hidden][state]
  AlignedFloats gain;     // [state], fixed

  [[nodiscard]] float* token(std::size_t t) { return tokens.data() + t * shape.token_width(); }
  [[nodiscard]] const float* token(std::size_t t) const {
    return tokens.data() + t * shape.token_width();
  }
  [[nodiscard]] float* node(std::size_t n) { return nodes.data() + n * shape.node_width(); }
  [[nodiscard]] const float* node(std::size_t n) const {
    return nodes.data() + n * shape.node_width();
  }
};

// The parameters before training. Each node's bias gives it the probability that it has in `ranks`.
RecurrentParameters initial_parameters(const RecurrentShape& shape, const CodePaths& paths,
                                       std::span<const std::uint16_t> ranks, std::uint64_t seed,
                                       const RecurrentKernels& kernels);

}  // namespace czip::v2::training
