// The rotation of a language model: against sums by hand, and with its inverse.
#include "czip/import/network/rotation.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "czip/base/seeded_generator.hpp"
#include "czip/import/dyadic.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using Numbers = std::vector<std::int64_t>;

TEST_CASE("rotation: blocks are the largest powers of two") {
  CHECK(block_of(2048) == 2048);
  CHECK(block_of(576) == 64);
  CHECK(block_of(1536, 512) == 512);
  CHECK(block_of(7) == 1);
}

TEST_CASE("rotation: the transform is the sum over signs by common bits") {
  SeededGenerator random(3);
  Numbers numbers(24);
  for (std::int64_t& number : numbers) number = static_cast<std::int64_t>(random.next()) >> 12;
  Numbers transformed = numbers;
  hadamard(transformed, 8);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::int64_t sum = 0;
    for (std::size_t j = 0; j < 8; ++j) {
      const std::int64_t x = numbers[i / 8 * 8 + j];
      sum += std::popcount(i % 8 & j) % 2 == 0 ? x : -x;
    }
    CHECK(transformed[i] == sum);
  }
}

TEST_CASE("rotation: outputs turn by the same matrix as inputs") {
  constexpr std::size_t kWidth = 96;  // blocks of 32
  constexpr std::size_t kColumns = 70;
  const Rotation rotation(kWidth);
  CHECK(rotation.block() == 32);
  SeededGenerator random(4);
  std::vector<std::int32_t> matrix(kWidth * kColumns);
  for (std::int32_t& x : matrix) x = static_cast<std::int32_t>(random.next() >> 34) - (1 << 29);
  std::vector<std::int32_t> turned = matrix;
  rotation.turn_outputs(turned, kColumns);
  for (std::size_t column = 0; column < kColumns; ++column) {
    DyadicRow row;
    for (std::size_t i = 0; i < kWidth; ++i) row.mantissas.push_back(matrix[i * kColumns + column]);
    rotation.turn_inputs(row);
    REQUIRE(row.exponent == 0);
    for (std::size_t i = 0; i < kWidth; ++i)
      REQUIRE(std::abs(32 * std::int64_t{turned[i * kColumns + column]} - row.mantissas[i]) <=
              32 * 5 / 2);
  }
}

TEST_CASE("rotation: the extremes stay within their types") {
  constexpr std::int32_t kMost = (1 << 30) - 1;
  std::vector<std::int32_t> matrix(16, kMost);
  Rotation(16).turn_outputs(matrix, 1);
  for (const std::int32_t x : matrix) CHECK(std::abs(x) <= kMost);
  DyadicRow row{Numbers(16384, std::int64_t{1} << 53), -20};
  Rotation(16384).turn_inputs(row);
  CHECK(largest_magnitude(row) <= std::uint64_t{1} << 53);
  CHECK(row.exponent >= -11);
}

}  // namespace
}  // namespace czip::test
