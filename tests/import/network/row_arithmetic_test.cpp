// Sums over rows of exact numbers, by hand, and at the ends of their types.
#include "network/row_arithmetic.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/engine/llm/constants.hpp"
#include "czip/import/dyadic.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using Numbers = std::vector<std::int64_t>;

TEST_CASE("rows: products are summed up exactly, also in the widest residual") {
  CHECK(dot({{1, -2, 3}, 4}, {{5, 6, 7}, -9}) == Dyadic{14, -5});
  const DyadicRow widest{Numbers(16384, std::int64_t{1} << kSummedBits), 0};
  CHECK(dot(widest, widest) == Dyadic{std::int64_t{1} << 62, 0});
}

TEST_CASE("rows: norms are roots of sums of squares") {
  DyadicRow row{{3, -4}, 7};
  CHECK(norm(row) == Dyadic{5, 7});
  row = {Numbers(16384, std::int64_t{1} << 53), 0};
  CHECK(norm(row) == Dyadic{std::int64_t{1} << 29, 31});
  row = {{0, 0}, 0};
  CHECK(norm(row) == Dyadic{0, 0});
}

TEST_CASE("rows: numbers of any exponents share one") {
  const std::vector<Dyadic> numbers{{1, 10}, {-3, 0}, {0, 900}, {5, -60}};
  const DyadicRow row = with_one_exponent(numbers);
  CHECK(row.exponent == 11 - 53);
  CHECK(row.mantissas == Numbers{std::int64_t{1} << 52, -(std::int64_t{3} << 42), 0, 0});
  CHECK(with_one_exponent(std::vector<Dyadic>{{0, 5}, {0, -5}}).mantissas == Numbers{0, 0});
}

TEST_CASE("rows: sums of rows") {
  const DyadicRow row = sum({{1, std::int64_t{1} << 53}, -53}, {{4, -(std::int64_t{1} << 2)}, -2});
  CHECK(row.exponent == -51);  // 2^1 is below 2^2
  CHECK(row.mantissas == Numbers{std::int64_t{1} << 51, 0});
  CHECK(sum({{0}, 3}, {{0}, -3}).mantissas == Numbers{0});
  CHECK(sum({{0}, 3}, {{7}, -3}).mantissas == Numbers{std::int64_t{7} << 49});
}

TEST_CASE("rows: the mean is taken off") {
  DyadicRow row{{1, 2, 6}, -3};
  centre(row);
  CHECK(row.mantissas == Numbers{-2, -1, 3});
  DyadicRow empty;
  centre(empty);
  CHECK(empty.mantissas.empty());
  row = {Numbers(16384, -(std::int64_t{1} << 53)), 0};
  row.mantissas[0] = std::int64_t{1} << 53;
  centre(row);
  std::int64_t sum = 0;
  for (const std::int64_t x : row.mantissas) sum += x;
  CHECK(sum == 0);
}

TEST_CASE("rows: the mean of a matrix's outputs is taken off each column") {
  std::vector<std::int32_t> matrix{1, 10, 2, 20, 6, 0};
  centre_outputs(matrix, 2);
  CHECK(matrix == std::vector<std::int32_t>{-2, 0, -1, 10, 3, -10});
  matrix.assign(16384, -(1 << 29));
  matrix[0] = 1 << 29;
  centre_outputs(matrix, 1);
  CHECK(matrix[0] < llm::kBound);
  CHECK(matrix[1] == -(1 << 16));
}

TEST_CASE("rows: fixed numbers are rounded, and limited") {
  CHECK(fixed_number({5, -1}, power_of_two(0)) == 2);
  CHECK(fixed_number({7, -1}, power_of_two(0)) == 4);
  CHECK(fixed_number({-3, 0}, power_of_two(4)) == -48);
  CHECK(fixed_number({1, 40}, power_of_two(0)) == llm::kBound);
  CHECK(fixed_number({-1, 100}, power_of_two(0)) == -llm::kBound);
  CHECK(fixed_number({0, 100}, power_of_two(0)) == 0);
  CHECK(fixed_number({1, -200}, power_of_two(0)) == 0);
}

}  // namespace
}  // namespace czip::test
