#include "czip/import/ieee754.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace czip::test {
namespace {

using namespace czip::importer;

TEST_CASE("ieee754: half-precision numbers are integers times 2^-24") {
  CHECK(f16_units(0x0000) == 0);
  CHECK(f16_units(0x8000) == 0);
  CHECK(f16_units(0x0001) == 1);
  CHECK(f16_units(0x83ff) == -1023);
  CHECK(f16_units(0x0400) == 1024);           // the least normal number, 2^-14
  CHECK(f16_units(0x3c00) == 1 << 24);        // 1
  CHECK(f16_units(0xc100) == -(5 << 23));     // -2.5
  CHECK(f16_units(0x7bff) == 65504LL << 24);  // the largest
  CHECK(is_finite_f16(0x7bff));
  CHECK_FALSE(is_finite_f16(0x7c00));
  CHECK_FALSE(is_finite_f16(0xfc00));
  CHECK_FALSE(is_finite_f16(0x7e01));
}

TEST_CASE("ieee754: single-precision numbers are taken apart") {
  CHECK(dyadic_of_f32(0x3f800000) == Dyadic{1 << 23, -23});     // 1
  CHECK(dyadic_of_f32(0xc0200000) == Dyadic{-(5 << 21), -22});  // -2.5
  CHECK(dyadic_of_f32(0x00000001) == Dyadic{1, -149});          // the least
  CHECK(dyadic_of_f32(0x007fffff) == Dyadic{(1 << 23) - 1, -149});
  CHECK(dyadic_of_f32(0x00800000) == Dyadic{1 << 23, -149});
  CHECK(dyadic_of_f32(0x7f7fffff) == Dyadic{(1 << 24) - 1, 104});  // the largest
  CHECK(dyadic_of_f32(0x80000000)->mantissa == 0);
  CHECK_FALSE(dyadic_of_f32(0x7f800000).has_value());
  CHECK_FALSE(dyadic_of_f32(0xff800000).has_value());
  CHECK_FALSE(dyadic_of_f32(0x7fc00000).has_value());
}

TEST_CASE("ieee754: double-precision numbers are taken apart") {
  CHECK(dyadic_of_f64(0x3ff0000000000000) == Dyadic{1LL << 52, -52});
  CHECK(dyadic_of_f64(0x0000000000000001) == Dyadic{1, -1074});
  CHECK(dyadic_of_f64(0xffefffffffffffff) == Dyadic{-((1LL << 53) - 1), 971});
  CHECK_FALSE(dyadic_of_f64(0x7ff0000000000000).has_value());
  CHECK_FALSE(dyadic_of_f64(0xfff8000000000000).has_value());
}

TEST_CASE("ieee754: single-precision numbers are put in order") {
  const std::uint32_t ascending[] = {0xff7fffff, 0xbf800001, 0xbf800000, 0x80000001, 0x00000000,
                                     0x00000001, 0x3f800000, 0x3f800001, 0x7f7fffff};
  for (std::size_t i = 1; i < std::size(ascending); ++i)
    CHECK(f32_order(ascending[i - 1]) < f32_order(ascending[i]));
  CHECK(f32_order(0x80000000) == f32_order(0x00000000));
}

}  // namespace
}  // namespace czip::test
