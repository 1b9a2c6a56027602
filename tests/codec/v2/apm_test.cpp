#include "czip/codec/v2/coding/apm.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "support/linear_logistic.hpp"

namespace czip::v2 {
namespace {

std::vector<std::uint16_t> copy(std::span<const std::uint16_t> points) {
  return {points.begin(), points.end()};
}

}  // namespace

// By the linear table, point i of a map that changes nothing is squash(128 * i - 2048) = 2048 * i,
// but 1 for i = 0 and 65535 for i = 32.

TEST_CASE("a new map leaves probabilities as they are") {
  Apm apm(2, test::linear_logistic());
  REQUIRE(apm.points().size() == 66);
  CHECK(apm.points()[0] == 1);
  CHECK(apm.points()[1] == 2048);
  CHECK(apm.points()[31] == 63488);
  CHECK(apm.points()[32] == 65535);
  CHECK(apm.points()[33] == 1);  // the second context's
  // x + 2048 = 2048 = 16 * 128 + 0
  CHECK(apm.refine(0, 0) == 32768);
  // 2148 = 16 * 128 + 100; (32768 * 28 + 34816 * 100) >> 7 = 4399104 >> 7
  CHECK(apm.refine(100, 0) == 34368);
  // 1 = 0 * 128 + 1; (1 * 127 + 2048 * 1) >> 7 = 2175 >> 7, rounded down
  CHECK(apm.refine(-2047, 1) == 16);
  // 4095 = 31 * 128 + 127; (63488 * 1 + 65535 * 127) >> 7 = 8386433 >> 7, rounded down
  CHECK(apm.refine(2047, 1) == 65519);
}

TEST_CASE("stretched values beyond an input's range count as its ends") {
  Apm apm(1, test::linear_logistic());
  CHECK(apm.refine(-2815, 0) == 16);
  CHECK(apm.refine(2815, 0) == 65519);
}

TEST_CASE("the nearer point moves, by 2^-rate of its error") {
  Apm apm(2, test::linear_logistic());
  auto expected = copy(apm.points());
  // 63 parts of 128 above point 16: that is the nearer one; (65535 - 32768) >> 7 = 255
  static_cast<void>(apm.refine(63, 0));
  apm.update(true, 7);
  expected[16] = 32768 + 255;
  CHECK(copy(apm.points()) == expected);
  // 64 parts: point 17; (65535 - 34816) >> 6 = 479
  static_cast<void>(apm.refine(64, 0));
  apm.update(true, 6);
  expected[17] = 34816 + 479;
  CHECK(copy(apm.points()) == expected);
  // (0 - 35295) >> 7 = -275.7, rounded down
  static_cast<void>(apm.refine(64, 0));
  apm.update(false, 7);
  expected[17] = 35295 - 276;
  CHECK(copy(apm.points()) == expected);
  // The other context: point 16 of it is number 33 + 16.
  static_cast<void>(apm.refine(0, 1));
  apm.update(false, 7);
  expected[49] = 32768 - 256;
  CHECK(copy(apm.points()) == expected);
}

TEST_CASE("points reach 0 and stay below 65536") {
  std::vector<std::uint16_t> points(33, 1);
  Apm low(points);
  static_cast<void>(low.refine(0, 0));
  low.update(false, 7);  // (0 - 1) >> 7 = -1
  CHECK(low.points()[16] == 0);
  low.update(false, 7);
  CHECK(low.points()[16] == 0);
  points.assign(33, 65535);
  Apm high(points);
  CHECK(high.refine(0, 0) == 65535);
  high.update(true, 6);
  CHECK(high.points()[16] == 65535);
  points.assign(33, 65472);  // (65535 - 65472) >> 6 = 0: the last 63 are never made up
  Apm near(points);
  static_cast<void>(near.refine(0, 0));
  near.update(true, 6);
  CHECK(near.points()[16] == 65472);
}

TEST_CASE("a map begins as its points say") {
  std::array<std::uint16_t, 33> points{};
  points[16] = 1000;
  points[17] = 2000;
  Apm apm(points);
  CHECK(apm.refine(32, 0) == 1250);  // a quarter of the way
}

}  // namespace czip::v2
