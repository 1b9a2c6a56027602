// The layout of weights in tiles of some outputs and inputs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace czip::simd {
namespace {

// Packs weights plus kOffset, modulo 2^8, as [rows / kOutputs][cols / kInputs][kOutputs][kInputs],
// padded with zero weights.
template <std::size_t kOutputs, std::size_t kInputs, int kOffset>
void pack_tiles(const std::int8_t* weights, std::size_t rows, std::size_t cols,
                std::int8_t* packed) {
  for (std::size_t tile = 0; tile < rows; tile += kOutputs)
    for (std::size_t step = 0; step < cols; step += kInputs)
      for (std::size_t row = tile; row < tile + kOutputs; ++row)
        for (std::size_t col = step; col < step + kInputs; ++col) {
          const bool inside = row < rows && col < cols;
          const int weight = inside ? weights[row * cols + col] : 0;
          *packed++ = static_cast<std::int8_t>(weight + kOffset);
        }
}

}  // namespace
}  // namespace czip::simd
