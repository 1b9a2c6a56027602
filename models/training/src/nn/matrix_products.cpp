#include "nn/matrix_products.hpp"

#include <cblas.h>

namespace czip::nn {
namespace {

float keep(Into into) { return into == Into::add ? 1.0F : 0.0F; }
int length(std::size_t n) { return static_cast<int>(n); }

}  // namespace

void multiply_transposed(const Matrix& a, const Matrix& b, float* out, std::size_t stride,
                         Into into) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, length(a.rows), length(b.rows),
              length(a.cols), 1.0F, a.data, length(a.stride), b.data, length(b.stride), keep(into),
              out, length(stride));
}

void multiply(const Matrix& a, const Matrix& b, float* out, std::size_t stride, Into into) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, length(a.rows), length(b.cols),
              length(a.cols), 1.0F, a.data, length(a.stride), b.data, length(b.stride), keep(into),
              out, length(stride));
}

void transposed_multiply(const Matrix& a, const Matrix& b, float* out, std::size_t stride,
                         Into into) {
  cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, length(a.cols), length(b.cols),
              length(a.rows), 1.0F, a.data, length(a.stride), b.data, length(b.stride), keep(into),
              out, length(stride));
}

void use_one_thread_per_product() { openblas_set_num_threads(1); }

}  // namespace czip::nn
