// Products of matrices: the scalar kernel against sums by hand, every SIMD level of this CPU
// against the scalar kernel.
#include "simd/dense.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "engine/kernel_inputs.hpp"

namespace czip::simd {
namespace {

using namespace test;

TEST_CASE("the scalar kernel multiplies each row of activations with each row of weights") {
  PackedMatrix packed;
  REQUIRE(pack(kScalar.dense, {2, 3, {1, 2, 3, -4, 0, 127}}, packed).has_value());
  auto x = buffer<std::int8_t>(2 * kRowPadding);
  const std::int8_t rows[2][3] = {{10, -1, 5}, {127, 127, -127}};
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t i = 0; i < 3; ++i) x[r * kRowPadding + i] = rows[r][i];
  auto y = buffer<std::int32_t>(2 * kRowPadding);
  auto scratch = buffer<std::int16_t>(dense_scratch_elements(3));
  kScalar.dense.multiply(packed, x.data(), kRowPadding, 2, y.data(), kRowPadding, scratch.data());
  CHECK(y[0] == 23);                    // 10 - 2 + 15
  CHECK(y[1] == 595);                   // -40 + 635
  CHECK(y[kRowPadding] == 0);           // 127 + 254 - 381
  CHECK(y[kRowPadding + 1] == -16637);  // -508 - 16129
}

TEST_CASE("dense equals the scalar kernel for odd sizes and extreme weights") {
  Random random(1);
  for (const KernelSet* kernels : vector_kernels())
    for (const Draw how : {Draw::uniform, Draw::extremes, Draw::mostly_small})
      for (const DenseCase& size : kDenseCases) {
        CAPTURE(simd_level_name(kernels->level));
        CAPTURE(size.outputs);
        CAPTURE(size.inputs);
        const auto run = make_dense_run<std::int32_t>(random, how, size);
        const MatrixI8 matrix = drawn_matrix(random, how, size.outputs, size.inputs);
        const auto with = [&](const KernelSet& k) {
          return run(k, matrix, [&](const PackedMatrix& packed, std::int32_t* y, std::int16_t* s) {
            k.dense.multiply(packed, run.x.data(), run.x_stride, size.rows, y, run.y_stride, s);
          });
        };
        CHECK(with(*kernels) == with(kScalar));
      }
}

constexpr DenseCase kFileCases[] = {{1, 16, 1},  {3, 48, 2},     {32, 64, 7},
                                    {33, 80, 9}, {64, 1040, 47}, {2, 65536, 2}};

TEST_CASE("products of a file's tiles equal those of plain weights at every level") {
  Random random(2);
  for (const SimdLevel level : supported_simd_levels())
    for (const Draw how : {Draw::uniform, Draw::extremes, Draw::mostly_small})
      for (const DenseCase& size : kFileCases) {
        CAPTURE(simd_level_name(level));
        CAPTURE(size.outputs);
        CAPTURE(size.inputs);
        const auto run = make_dense_run<std::int32_t>(random, how, size);
        const MatrixI8 matrix = drawn_matrix(random, how, size.outputs, size.inputs);
        const DenseKernels& kernels = find_kernels(level)->file_dense;
        PackedMatrix tiles;
        REQUIRE(pack(kernels, matrix, tiles).has_value());
        const auto products = [&](const DenseKernels& k, const PackedView* weights) {
          return run(kScalar, matrix,
                     [&](const PackedMatrix& packed, std::int32_t* y, std::int16_t* s) {
                       k.multiply(weights == nullptr ? packed : *weights, run.x.data(),
                                  run.x_stride, size.rows, y, run.y_stride, s);
                     });
        };
        const PackedView view = tiles;
        CHECK(products(kernels, &view) == products(kScalar.dense, nullptr));
      }
}

TEST_CASE("a file's tile holds 32 outputs of 4 inputs, plus 128") {
  MatrixI8 matrix{.rows = 33, .cols = 16, .data = std::vector<std::int8_t>(33 * 16)};
  matrix.data[2 * 16 + 5] = -128;
  matrix.data[32 * 16 + 15] = 127;
  PackedMatrix tiles;
  REQUIRE(pack(kScalar.file_dense, matrix, tiles).has_value());
  REQUIRE(tiles.weights.size() == 2 * 16 * 32);
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(tiles.weights[i]); };
  CHECK(at(0) == 128);
  CHECK(at(1 * 128 + 2 * 4 + 1) == 0);
  CHECK(at(16 * 32 + 3 * 128 + 3) == 255);
  CHECK(at(2 * 16 * 32 - 1) == 128);
}

}  // namespace
}  // namespace czip::simd
