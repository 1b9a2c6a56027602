#include "simd/dense.hpp"

namespace czip::simd {

Status pack(const DenseKernels& kernels, const MatrixI8& matrix, PackedMatrix& packed) {
  packed.rows = matrix.rows;
  packed.cols = matrix.cols;
  CZIP_TRY(packed.weights.allocate(round_up(matrix.rows, kernels.output_multiple) *
                                   round_up(matrix.cols, kernels.input_multiple)));
  kernels.pack(matrix.data.data(), matrix.rows, matrix.cols, packed.weights.data());
  return {};
}

}  // namespace czip::simd
