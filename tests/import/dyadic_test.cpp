#include "czip/import/dyadic.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace czip::test {
namespace {

using namespace czip::importer;
using Mantissas = std::vector<std::int64_t>;

TEST_CASE("dyadic: the largest magnitude of a row") {
  CHECK(largest_magnitude({{}, 0}) == 0);
  CHECK(largest_magnitude({{0, 0}, 0}) == 0);
  CHECK(largest_magnitude({{3, -7, 5}, 4}) == 7);
  CHECK(largest_magnitude({{-(1LL << 53)}, 0}) == std::uint64_t{1} << 53);
}

TEST_CASE("dyadic: mantissas are limited by rounding, ties to even") {
  DyadicRow row{{1024, -1023, 6, 10, -2, 7, 0}, -5};
  limit_mantissas(row, 8);  // 1024 has 11 bits
  CHECK(row.mantissas == Mantissas{128, -128, 1, 1, 0, 1, 0});
  CHECK(row.exponent == -2);

  DyadicRow ties{{20, 28, -20, -28, 256 + 4, 12}, 0};
  limit_mantissas(ties, 6);
  CHECK(ties.mantissas == Mantissas{2, 4, -2, -4, 32, 2});
  CHECK(ties.exponent == 3);

  DyadicRow fits{{256, -256, 3}, 9};
  limit_mantissas(fits, 8);
  CHECK(fits.mantissas == Mantissas{256, -256, 3});
  CHECK(fits.exponent == 9);

  DyadicRow up{{(1 << 12) - 1}, 0};  // rounds to a power of two
  limit_mantissas(up, 8);
  CHECK(up.mantissas == Mantissas{256});
  CHECK(up.exponent == 4);
}

TEST_CASE("dyadic: fixed point rounds to even and saturates") {
  const DyadicRow row{{1, 3, 5, -3, -5, 4, 1LL << 40, -(1LL << 53)}, -3};
  std::array<std::int32_t, 8> fixed{};
  CHECK(to_fixed_point(row, 2, fixed) == 2);
  CHECK(fixed == std::array<std::int32_t, 8>{0, 2, 2, -2, -2, 2, INT32_MAX, INT32_MIN});
  CHECK(to_fixed_point(row, 3, std::span(fixed).first(3)) == 0);
  CHECK(fixed[2] == 5);
  CHECK(to_fixed_point(row, 16, std::span(fixed).first(3)) == 0);
  CHECK(fixed[2] == 5 << 13);

  const DyadicRow edges{{INT32_MAX, INT32_MIN, std::int64_t{INT32_MAX} + 1}, 0};
  CHECK(to_fixed_point(edges, 0, std::span(fixed).first(3)) == 1);
  CHECK(fixed[0] == INT32_MAX);
  CHECK(fixed[1] == INT32_MIN);
  CHECK(fixed[2] == INT32_MAX);

  // Shifts that are longer than a word.
  const DyadicRow far{{1, -1, 0}, 100};
  CHECK(to_fixed_point(far, 16, std::span(fixed).first(3)) == 2);
  CHECK(fixed[0] == INT32_MAX);
  CHECK(fixed[1] == INT32_MIN);
  CHECK(fixed[2] == 0);
  const DyadicRow near{{1LL << 53, -1}, -200};
  CHECK(to_fixed_point(near, 16, std::span(fixed).first(2)) == 0);
  CHECK(fixed[0] == 0);
}

}  // namespace
}  // namespace czip::test
