#include "czip/import/quantize.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "czip/engine/integer_math.hpp"
#include "support/splitmix64.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;

std::vector<std::int8_t> quantized(const DyadicRow& row, RowScale& scale) {
  std::vector<std::int8_t> weights(row.mantissas.size());
  scale = quantize_row(row, weights);
  return weights;
}

TEST_CASE("quantize: a row of zeros has no scale") {
  RowScale scale{1, 1};
  CHECK(quantized({{0, 0, 0}, 5}, scale) == std::vector<std::int8_t>{0, 0, 0});
  CHECK(scale == RowScale{0, 0});
}

TEST_CASE("quantize: scale and weights are those computed by hand") {
  RowScale scale;
  // 127 * 2^3 / 127 = 8 = 2^23 * 2^-20; 1012 / 8 = 126.5, a tie; 4 / 8 and 12 / 8, ties, too.
  CHECK(quantized({{127, -127, 64, 1}, 3}, scale) == std::vector<std::int8_t>{127, -127, 64, 1});
  CHECK(scale == RowScale{1 << 23, -20});
  CHECK(quantized({{1016, 1012, 4, 12, -12, -4, 1004}, 0}, scale) ==
        std::vector<std::int8_t>{127, 126, 0, 2, -2, 0, 126});
  CHECK(scale == RowScale{1 << 23, -20});
  // 1 / 127 = 0.0078740157480315; * 2^30 = 8454660.03, of 24 bits. 1 and -1 are 127 scales.
  CHECK(quantized({{1, -1, 0}, 7}, scale) == std::vector<std::int8_t>{127, -127, 0});
  CHECK(scale == RowScale{8454660, -23});
  // 100 / 127 * 2^24 = 13210406.3; 33 / 100 * 127 = 41.91; 50 / 100 * 127 = 63.5, which the scale,
  // rounded down, takes above the tie.
  CHECK(quantized({{100, 33, 50, -50}, 0}, scale) == std::vector<std::int8_t>{127, 42, 64, -64});
  CHECK(scale == RowScale{13210406, -24});
  // 2^53 / 127 * 2^-23 = 8454660.03
  CHECK(quantized({{1LL << 53, -(1LL << 52)}, -60}, scale) == std::vector<std::int8_t>{127, -64});
  CHECK(scale == RowScale{8454660, -37});
}

TEST_CASE("quantize: a scale that rounds up to 2^24 is written with 2^23") {
  // (127 * 2^46 - 1) / 127 * 2^-22 is 2^24 less than half a unit.
  RowScale scale;
  const std::int64_t largest = (127LL << 46) - 1;
  CHECK(quantized({{largest, -largest, largest / 2}, 0}, scale) ==
        std::vector<std::int8_t>{127, -127, 63});
  CHECK(scale == RowScale{1 << 23, 23});
}

TEST_CASE("quantize: every weight is the nearest to its number") {
  SplitMix64 random(7);
  for (int round = 0; round < 2000; ++round) {
    const int bits = random.between(1, 53);
    DyadicRow row{{}, random.between(-200, 200)};
    for (int i = 0; i < 50; ++i) {
      const auto value = static_cast<std::int64_t>(random.next() >> (64 - bits));
      row.mantissas.push_back(i % 2 == 0 ? value : -value);
    }
    RowScale scale;
    const auto weights = quantized(row, scale);
    if (scale.mantissa == 0) continue;
    REQUIRE(scale.mantissa >= 1U << 23);
    REQUIRE(scale.mantissa < 1U << 24);
    // |m * 2^shift - weight * mantissa| <= mantissa / 2, multiplied by 2 and, for a shift to the
    // right, by 2^-shift.
    const int shift = row.exponent - scale.exponent;
    const std::int64_t left = std::int64_t{2} << (shift > 0 ? shift : 0);
    const std::int64_t right = std::int64_t{scale.mantissa} << (shift < 0 ? -shift : 0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::int64_t error = row.mantissas[i] * left - weights[i] * 2 * right;
      REQUIRE(magnitude(error) <= static_cast<std::uint64_t>(right));
    }
  }
}

}  // namespace
}  // namespace czip::test
