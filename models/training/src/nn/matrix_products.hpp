// Products of row-major fp32 matrices, by the BLAS library. Where all elements are integers and
// every sum of the products' magnitudes stays below 2^24, they are exact in any order of addition.
#pragma once

#include <cstddef>

namespace czip::nn {

// A row-major matrix within a wider one.
struct Matrix {
  const float* data;
  std::size_t rows;
  std::size_t cols;
  std::size_t stride;  // elements from one row to the next

  Matrix(const float* elements, std::size_t r, std::size_t c) : Matrix(elements, r, c, c) {}
  Matrix(const float* elements, std::size_t r, std::size_t c, std::size_t s)
      : data(elements), rows(r), cols(c), stride(s) {}
};

enum class Into { replace, add };

// out[a.rows][b.rows] = a * transpose(b)
void multiply_transposed(const Matrix& a, const Matrix& b, float* out, std::size_t stride,
                         Into into = Into::replace);
// out[a.rows][b.cols] = a * b
void multiply(const Matrix& a, const Matrix& b, float* out, std::size_t stride,
              Into into = Into::replace);
// out[a.cols][b.cols] = transpose(a) * b
void transposed_multiply(const Matrix& a, const Matrix& b, float* out, std::size_t stride,
                         Into into = Into::replace);

// Runs each product on the thread that calls it; the trainer has a thread for each processor.
void use_one_thread_per_product();

}  // namespace czip::nn
