// The rotation of a language model (QuaRot: Ashkboos et al., 2024): random signs, then a Hadamard
// transform in blocks, which spreads outliers over all elements. All of it is exact, or rounded
// far below a weight's last bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/import/dyadic.hpp"

namespace czip::importer {

// The largest power of two that divides n > 0, and is at most `most`.
[[nodiscard]] std::uint32_t block_of(std::uint32_t n, std::uint32_t most = 1U << 31);

// Sums and differences in place, of blocks of a power of two of numbers: H x, with the matrix H of
// ones and minus ones, which is symmetric, and its own inverse but for a factor of `block`.
// |x| * block < 2^63.
void hadamard(std::span<std::int64_t> numbers, std::uint32_t block);

// Orthogonal: Q = H S / sqrt(block), of signs S. The functions leave out the root: what they give
// is `block` or sqrt(block) times too large, as they say.
class Rotation {
 public:
  // Signs from a seed that is part of the format of files: SplitMix64 of seed 1, from the first
  // element on one number each, negative if its top bit is set.
  explicit Rotation(std::uint32_t width);

  [[nodiscard]] std::uint32_t block() const { return block_; }

  // x Q^T sqrt(block), for a row of `width` inputs. Mantissas are limited to 44 bits first, so
  // that none exceeds 2^58, and to 53 bits afterwards.
  void turn_inputs(DyadicRow& row) const;

  // Q M / sqrt(block), for the outputs of a matrix [width, columns] of fixed-point numbers of at
  // most 2^30 - 1 in magnitude; so are those of the result. Rounds log2(block) times: an error
  // below log2(block) units.
  void turn_outputs(std::span<std::int32_t> matrix, std::size_t columns) const;

 private:
  std::uint32_t block_;
  std::vector<std::int8_t> signs_;
};

// H M / block for each block of outputs, of a matrix as turn_outputs has it and with its rounding.
void turn_output_blocks(std::span<std::int32_t> matrix, std::size_t columns, std::uint32_t block);

// The mantissas for a Hadamard transform of a row in blocks: limited to 44 bits first, and to 53
// bits afterwards.
void turn_blocks(DyadicRow& row, std::uint32_t block);

}  // namespace czip::importer
