// The integer arithmetic of training a prior, against values computed by hand or to 60 digits.
#include "v2/prior/fixed_point.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace czip::v2::training {

TEST_CASE("products of Q48 numbers are exact and rounded down") {
  CHECK(multiply_q48(kOneQ48, kOneQ48) == kOneQ48);
  CHECK(multiply_q48(kOneQ48, 12345) == 12345);
  CHECK(multiply_q48(kOneQ48 / 2, 3) == 1);
  CHECK(multiply_q48(kOneQ48 / 2, kOneQ48 / 4) == kOneQ48 / 8);
  // (2^48 - 1)^2 = 2^96 - 2^49 + 1
  CHECK(multiply_q48(kOneQ48 - 1, kOneQ48 - 1) == kOneQ48 - 2);
  // (2^24 + 1) * (2^24 - 1) = 2^48 - 1
  CHECK(multiply_q48((1 << 24) + 1, (1 << 24) - 1) == 0);
  CHECK(multiply_q48((1 << 24) + 1, 1 << 24) == 1);
}

TEST_CASE("a product of 64 bits and more is divided exactly") {
  CHECK(multiply_divide(1, kOneQ48, 3) == 93'824'992'236'885);  // 2^48 / 3, rounded down
  CHECK(multiply_divide(2, kOneQ48, 3) == 187'649'984'473'770);
  CHECK(multiply_divide(5, kOneQ48, 5) == kOneQ48);
  CHECK(multiply_divide(7, 1000, 9) == 777);
  CHECK(multiply_divide(0, kOneQ48, 9) == 0);
  const std::uint64_t b = (std::uint64_t{1} << 47) - 1;
  // (b - 1) * 2^48 / b = 2^48 - 2^48 / b, and 2^48 / b is a little more than 2
  CHECK(multiply_divide(b - 1, kOneQ48, b) == kOneQ48 - 3);
}

TEST_CASE("log2 is rounded down to 24 bits after the point") {
  CHECK(log2_q24(1) == 0);
  CHECK(log2_q24(2) == 1 << 24);
  CHECK(log2_q24(3) == 26'591'258);   // 26591258.23
  CHECK(log2_q24(5) == 38'955'489);   // 38955489.18
  CHECK(log2_q24(10) == 55'732'705);  // 55732705.18
  CHECK(log2_q24(kOneQ48) == std::int64_t{48} << 24);
  CHECK(log2_q24(kOneQ48 - 1) == (std::int64_t{48} << 24) - 1);
  CHECK(log2_q24(std::uint64_t{3} << 40) == 26'591'258 + (std::int64_t{40} << 24));
}

}  // namespace czip::v2::training
