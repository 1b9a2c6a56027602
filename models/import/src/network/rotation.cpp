#include "czip/import/network/rotation.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/base/seeded_generator.hpp"
#include "czip/import/dyadic.hpp"

namespace czip::importer {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr int kTransformBits = 44;
// Columns that are transformed together: as many rows of them as a block has stay in the cache.
constexpr std::size_t kStrip = 64;

// Half the sum and half the difference of two rows.
void halve(std::int32_t* a, std::int32_t* b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t sum = a[i] + b[i];
    const std::int32_t difference = a[i] - b[i];
    a[i] = (sum + (sum > 0 ? 1 : 0)) >> 1;
    b[i] = (difference + (difference > 0 ? 1 : 0)) >> 1;
  }
}

}  // namespace

std::uint32_t block_of(std::uint32_t n, std::uint32_t most) {
  return std::min(n & (~n + 1), std::bit_floor(most));
}

void hadamard(std::span<std::int64_t> numbers, std::uint32_t block) {
  for (std::size_t half = 1; half < block; half *= 2) {
    for (std::size_t begin = 0; begin < numbers.size(); begin += 2 * half) {
      for (std::size_t i = begin; i < begin + half; ++i) {
        const std::int64_t a = numbers[i];
        const std::int64_t b = numbers[i + half];
        numbers[i] = a + b;
        numbers[i + half] = a - b;
      }
    }
  }
}

void turn_blocks(DyadicRow& row, std::uint32_t block) {
  if (block == 1) return;
  limit_mantissas(row, kTransformBits);
  hadamard(row.mantissas, block);
  limit_mantissas(row, kMantissaBits);
}

Rotation::Rotation(std::uint32_t width) : block_(block_of(width)), signs_(width) {
  SeededGenerator generator(kSeed);
  for (std::int8_t& sign : signs_) sign = (generator.next() >> 63) != 0 ? -1 : 1;
}

void Rotation::turn_inputs(DyadicRow& row) const {
  for (std::size_t i = 0; i < signs_.size(); ++i) row.mantissas[i] *= signs_[i];
  turn_blocks(row, block_);
}

void Rotation::turn_outputs(std::span<std::int32_t> matrix, std::size_t columns) const {
  for (std::size_t row = 0; row < signs_.size(); ++row) {
    if (signs_[row] > 0) continue;
    for (std::int32_t& number : matrix.subspan(row * columns, columns)) number = -number;
  }
  turn_output_blocks(matrix, columns, block_);
}

void turn_output_blocks(std::span<std::int32_t> matrix, std::size_t columns, std::uint32_t block) {
  for (std::size_t first = 0; first < matrix.size(); first += block * columns)
    for (std::size_t column = 0; column < columns; column += kStrip)
      for (std::size_t half = 1; half < block; half *= 2)
        for (std::size_t i = 0; i < block; ++i)
          if ((i & half) == 0) {
            std::int32_t* const at = &matrix[first + i * columns + column];
            halve(at, at + half * columns, std::min(kStrip, columns - column));
          }
}

}  // namespace czip::importer
