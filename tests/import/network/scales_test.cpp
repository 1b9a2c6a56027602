// Constants that are folded into weights, and scales in fixed point.
#include "czip/import/network/scales.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "czip/import/network/factor.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;

TEST_CASE("factors: roots, inverses and products by hand") {
  CHECK(power_of_two(0) == Factor{});
  CHECK(factor_of(127) == Factor{std::uint64_t{127} << 25, -25});
  CHECK(square_root(2048 * 2048) == power_of_two(11));
  CHECK(square_root(2) == Factor{3037000499, -31});  // 1.41421356237 * 2^31
  CHECK(square_root(576) == factor_of(24));
  CHECK(inverse(power_of_two(3)) == power_of_two(-3));
  CHECK(inverse(factor_of(3)) == Factor{2863311530, -33});  // 2^33 / 3
  CHECK(factor_of(3) * factor_of(5) == factor_of(15));
  CHECK(log2_of_e().mantissa == 3098164009);  // 1.44269504089 * 2^31
}

TEST_CASE("scales: the largest has 24 bits, the others the same unit") {
  const std::vector<RealScale> scales{{5, -3}, {0, 0}, {1, -24}, {3, -26}, {1, -40}};
  const auto fixed = fixed_scales(scales, 11, 62, "matrix 'x'");
  REQUIRE(fixed.has_value());
  CHECK(fixed->shift == 24);  // 0.625 * 2^24
  CHECK(fixed->scales == std::vector<std::uint32_t>{10485760, 0, 1, 1, 0});
}

TEST_CASE("scales: what rounds up to 2^24 takes a smaller shift") {
  const auto fixed = fixed_scales(std::vector<RealScale>{{(1 << 26) - 1, 0}}, -5, 62, "x");
  REQUIRE(fixed.has_value());
  CHECK(fixed->scales == std::vector<std::uint32_t>{1 << 23});
}

TEST_CASE("scales: limits of the shift") {
  const std::vector<RealScale> small{{1, -80}};
  const auto fixed = fixed_scales(small, 11, 62, "x");
  REQUIRE(fixed.has_value());
  CHECK(fixed->shift == 62);
  CHECK(fixed->scales == std::vector<std::uint32_t>{0});
  CHECK_FALSE(fixed_scales(std::vector<RealScale>{{1, 14}}, 11, 62, "x").has_value());
  CHECK(fixed_scales(std::vector<RealScale>{{1, 12}}, 11, 62, "x").has_value());
}

}  // namespace
}  // namespace czip::test
