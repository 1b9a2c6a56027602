#include "simd/dense.hpp"

namespace czip::simd {

bool pack(const DenseKernels& kernels, const MatrixI8& matrix, PackedMatrix& packed) {
  packed.rows = matrix.rows;
  packed.cols = matrix.cols;
  if (!packed.weights.allocate(round_up(matrix.rows, kernels.output_multiple) *
                               round_up(matrix.cols, kernels.input_multiple)))
    return false;
  kernels.pack(matrix.data.data(), matrix.rows, matrix.cols, packed.weights.data());
  return true;
}

}  // namespace czip::simd
