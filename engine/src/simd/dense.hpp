// Products of weight matrices and activations: where both networks spend most of their time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/base/error.hpp"
#include "czip/engine/matrix.hpp"
#include "simd/matrix.hpp"

namespace czip::simd {

struct DenseKernels {
  // Packed weights are padded to multiples of these.
  std::size_t output_multiple;
  std::size_t input_multiple;

  // Brings row-major weights [rows, cols] into this level's layout. `packed` holds the padded
  // number of bytes, zeroed.
  void (*pack)(const std::int8_t* weights, std::size_t rows, std::size_t cols, std::int8_t* packed);

  // y[r][o] = sum over i of weight[o][i] * x[r][i]; x rows at `x_stride` (a multiple of 64, padding
  // zero), y rows at `y_stride` >= round_up(outputs, 32), written up to there. |y| <= 127 * 128 *
  // 65536 < 2^30 for up to 65536 inputs. `scratch`: dense_scratch_elements(inputs).
  void (*multiply)(const PackedView& weight, const std::int8_t* x, std::size_t x_stride,
                   std::size_t row_count, std::int32_t* y, std::size_t y_stride,
                   std::int16_t* scratch);
};

// The tiles of weights in model files that are used where they are (conformance/
// czip-network-llm.md): [outputs / 32][inputs / 4][32 outputs][4 inputs], plus 128, as unsigned
// bytes. Every level has kernels for them; inputs are a multiple of 16.
inline constexpr std::size_t kFileTileOutputs = 32;
inline constexpr std::size_t kFileTileInputs = 4;
inline constexpr std::size_t kFileStepBytes = kFileTileOutputs * kFileTileInputs;
inline constexpr int kFileOffset = 128;

// Packs `matrix` for `kernels`. Error: out_of_memory.
Status pack(const DenseKernels& kernels, const MatrixI8& matrix, PackedMatrix& packed);

}  // namespace czip::simd
