#include "czip/import/decimal.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace czip::test {
namespace {

using namespace czip::importer;

TEST_CASE("decimal: numbers of configurations") {
  CHECK(f32_of_decimal("0") == 0U);
  CHECK(f32_of_decimal("-0.0") == 0x80000000U);
  CHECK(f32_of_decimal("1") == 0x3f800000U);
  CHECK(f32_of_decimal("-2.5") == 0xc0200000U);
  CHECK(f32_of_decimal("1e-05") == 0x3727c5acU);
  CHECK(f32_of_decimal("1E-5") == 0x3727c5acU);
  CHECK(f32_of_decimal("0.00001") == 0x3727c5acU);
  CHECK(f32_of_decimal("1e-06") == 0x358637bdU);
  CHECK(f32_of_decimal("10000.0") == 0x461c4000U);
  CHECK(f32_of_decimal("1e+6") == 0x49742400U);
  CHECK(f32_of_decimal("0.1") == 0x3dcccccdU);
}

TEST_CASE("decimal: ties go to even") {
  CHECK(f32_of_decimal("16777217") == 0x4b800000U);  // 2^24 + 1
  CHECK(f32_of_decimal("16777217.000000001") == 0x4b800001U);
  CHECK(f32_of_decimal("16777219") == 0x4b800002U);
  CHECK(f32_of_decimal("33554431") == 0x4c000000U);  // 2^25 - 1 has 25 bits
}

TEST_CASE("decimal: the ends of the range") {
  CHECK(f32_of_decimal("3.4028234663852886e38") == 0x7f7fffffU);
  CHECK(f32_of_decimal("3.4028235677973365e38") == 0x7f7fffffU);  // below the tie with 2^128
  CHECK(f32_of_decimal("3.4028235677973367e38") == std::nullopt);
  CHECK(f32_of_decimal("1e39") == std::nullopt);
  CHECK(f32_of_decimal("1e999999999999") == std::nullopt);
  CHECK(f32_of_decimal("1.1754943508222875e-38") == 0x00800000U);
  CHECK(f32_of_decimal("1.1754942e-38") == 0x007fffffU);
  CHECK(f32_of_decimal("1.4e-45") == 1U);
  CHECK(f32_of_decimal("7.0064923216240853e-46") == 0U);  // below half of the least
  CHECK(f32_of_decimal("7.0064923216240854e-46") == 1U);
  CHECK(f32_of_decimal("-1e-999999999999") == 0x80000000U);
}

TEST_CASE("decimal: zeros around the digits do not count") {
  CHECK(f32_of_decimal("000000000000000000000000001.50000000000000000000000") == 0x3fc00000U);
  CHECK(f32_of_decimal("1" + std::string(5000, '0') + "e-5000") == 0x3f800000U);
  CHECK(f32_of_decimal("0." + std::string(5000, '0') + "1e5001") == 0x3f800000U);
  CHECK(f32_of_decimal("1234567890123456789") == 0x5d891088U);
  CHECK(f32_of_decimal("12345678901234567891") == std::nullopt);
}

TEST_CASE("decimal: other texts are refused") {
  for (const std::string_view text : {"", "-", "1.", "1.e3", ".5", "1e", "1e+", "+1", "1 ", " 1",
                                      "0x1", "inf", "nan", "--1", "1e5x", "1,5"}) {
    CAPTURE(text);
    CHECK(f32_of_decimal(text) == std::nullopt);
  }
}

}  // namespace
}  // namespace czip::test
