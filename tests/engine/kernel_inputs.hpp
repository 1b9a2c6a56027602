// Inputs for comparing the kernels of every SIMD level of this CPU with the scalar ones: random and
// extreme values, odd sizes.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "czip/engine/matrix.hpp"
#include "simd/kernel_set.hpp"

namespace czip::test {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint32_t next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 32);
  }
  std::int32_t between(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(next() % static_cast<std::uint32_t>(high - low + 1));
  }

 private:
  std::uint64_t state_;
};

// How values are drawn: over the whole range, only its ends, or mostly near zero.
enum class Draw { uniform, extremes, mostly_small };

inline std::int32_t draw(Random& random, Draw how, std::int32_t low, std::int32_t high) {
  const bool small = how == Draw::mostly_small && random.next() % 16 != 0;
  if (small) return random.between(std::max(low, -9), std::min(high, 9));
  return how == Draw::uniform ? random.between(low, high) : random.next() % 2 == 0 ? low : high;
}

template <class T>
AlignedBuffer<T> buffer(std::size_t n) {
  AlignedBuffer<T> b;
  REQUIRE(b.allocate(n + simd::kRowPadding).has_value());
  return b;
}

template <class T>
AlignedBuffer<T> drawn(Random& random, Draw how, std::size_t n, std::int32_t low,
                       std::int32_t high) {
  AlignedBuffer<T> b = buffer<T>(n);
  for (std::size_t i = 0; i < n; ++i) b[i] = static_cast<T>(draw(random, how, low, high));
  return b;
}

template <class T>
std::vector<T> values(const AlignedBuffer<T>& b, std::size_t n) {
  return {b.data(), b.data() + n};
}

inline const simd::KernelSet& kScalar = simd::kScalarKernels;

inline std::vector<const simd::KernelSet*> vector_kernels() {
  std::vector<const simd::KernelSet*> found;
  for (const SimdLevel level : supported_simd_levels())
    if (level != SimdLevel::scalar) found.push_back(simd::find_kernels(level));
  if (found.empty()) MESSAGE("this CPU has no vector level: nothing to compare with");
  return found;
}

inline MatrixI8 drawn_matrix(Random& random, Draw how, std::uint32_t rows, std::uint32_t cols) {
  MatrixI8 matrix{.rows = rows, .cols = cols, .data = {}};
  matrix.data.resize(std::size_t{rows} * cols);
  if (how == Draw::mostly_small) how = Draw::extremes;  // a name for activations
  for (std::int8_t& weight : matrix.data)
    weight = static_cast<std::int8_t>(draw(random, how, -128, 127));
  return matrix;
}

struct DenseCase {
  std::uint32_t outputs;
  std::uint32_t inputs;
  std::size_t rows;
};

inline constexpr DenseCase kDenseCases[] = {
    {1, 1, 1},    {3, 5, 2},     {16, 4, 7},    {17, 63, 8},     {31, 64, 9},    {33, 65, 47},
    {64, 127, 5}, {100, 130, 1}, {512, 384, 3}, {384, 1024, 13}, {50, 300, 259}, {2, 65536, 2}};

template <class Y>
struct DenseRun {
  AlignedBuffer<std::int8_t> x;
  std::size_t x_stride;
  std::size_t y_stride;
  const DenseCase& size;

  template <class Function>
  std::vector<Y> operator()(const simd::KernelSet& kernels, const MatrixI8& matrix,
                            const Function& function) const {
    simd::PackedMatrix packed;
    REQUIRE(simd::pack(kernels.dense, matrix, packed).has_value());
    AlignedBuffer<Y> y = buffer<Y>(size.rows * y_stride);
    AlignedBuffer<std::int16_t> scratch =
        buffer<std::int16_t>(simd::dense_scratch_elements(size.inputs));
    function(packed, y.data(), scratch.data());
    std::vector<Y> result;
    for (std::size_t r = 0; r < size.rows; ++r)
      result.insert(result.end(), y.data() + r * y_stride, y.data() + r * y_stride + size.outputs);
    return result;
  }
};

// Padding after each row holds junk, which no result may depend on.
template <class Y>
DenseRun<Y> make_dense_run(Random& random, Draw how, const DenseCase& size) {
  const std::size_t stride = simd::activation_stride(size.inputs);
  return {drawn<std::int8_t>(random, how, size.rows * stride, -127, 127), stride,
          simd::activation_stride(size.outputs), size};
}

}  // namespace czip::test
