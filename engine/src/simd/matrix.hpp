// Weight matrices and activations as the dense kernels of every SIMD level take them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "czip/base/error.hpp"

namespace czip::simd {

inline constexpr std::size_t kRowPadding = 64;
inline constexpr std::size_t kCacheLine = 64;

[[nodiscard]] constexpr std::size_t round_up(std::size_t n, std::size_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

// Rows of int8 activations start at multiples of this stride; the padding holds zeros.
[[nodiscard]] constexpr std::size_t activation_stride(std::size_t n) {
  return round_up(n, kRowPadding);
}

// Copies `source` with kRowPadding zeros after it, so that vector kernels may read past its end.
// Error: out_of_memory.
template <class T>
Status copy_padded(const std::vector<T>& source, AlignedBuffer<T>& target) {
  CZIP_TRY(target.allocate(source.size() + kRowPadding));
  std::ranges::copy(source, target.data());
  return {};
}

// A weight matrix as dense kernels read it, in the layout of one level or that of a model file.
struct PackedView {
  std::uint32_t rows = 0;  // outputs
  std::uint32_t cols = 0;  // inputs
  std::span<const std::int8_t> weights;
};

// A weight matrix in the layout of one level. Outputs and inputs are padded with zero weights.
struct PackedMatrix {
  std::uint32_t rows = 0;  // outputs
  std::uint32_t cols = 0;  // inputs
  AlignedBuffer<std::int8_t> weights;

  // NOLINTNEXTLINE(google-explicit-constructor): kernels take it for its view
  operator PackedView() const { return {rows, cols, {weights.data(), weights.size()}}; }
};

// Working memory of the dense kernels for up to `cols` inputs: a block of rows and a tile of
// weights widened to 16 bits, for levels that multiply 16-bit integers.
inline constexpr std::size_t kDenseScratchRows = 48;
inline constexpr std::size_t kDenseScratchOutputs = 16;
[[nodiscard]] constexpr std::size_t dense_scratch_elements(std::size_t cols) {
  return (kDenseScratchRows + kDenseScratchOutputs) * round_up(cols, kRowPadding);
}

}  // namespace czip::simd
