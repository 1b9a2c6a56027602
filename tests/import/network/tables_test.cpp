// The tables of a language model against numbers from Python's decimal module with 60 digits.
#include "czip/import/network/tables.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/engine/llm/constants.hpp"
#include "czip/import/dyadic.hpp"
#include "network/real_functions.hpp"
#include "support/fnv1a.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using Numbers = std::vector<std::uint32_t>;
using Entries = std::vector<std::int16_t>;

Numbers entries(const std::vector<std::uint32_t>& table) {
  Numbers result;
  for (const std::size_t i : {0U, 1U, 2U, 128U, 500U, 1024U, 1337U, 2047U, 2048U})
    result.push_back(table[i]);
  return result;
}

std::vector<std::int16_t> rotary(const RotaryFrequencies& frequencies, std::uint32_t positions) {
  auto table = rotary_table(frequencies, positions);
  REQUIRE_MESSAGE(table.has_value(), table.error().message);
  return *table;
}

Entries row(const RotaryFrequencies& frequencies, std::uint32_t position) {
  const Entries table = rotary(frequencies, position + 1);
  return {table.end() - static_cast<std::ptrdiff_t>(frequencies.elements), table.end()};
}

TEST_CASE("tables: powers of two") {
  const auto table = exp2_table();
  CHECK(Numbers(table.begin(), table.end()) ==
        Numbers{65535, 62757, 60097, 57549, 55109, 52773, 50535, 48393, 46341, 44376, 42495,
                40693, 38968, 37316, 35734, 34219, 65535, 65359, 65182, 65006, 64830, 64655,
                64480, 64306, 64132, 63958, 63785, 63613, 63441, 63269, 63098, 62928});
}

TEST_CASE("tables: gates") {
  const Numbers silu = gate_table(Activation::silu);
  CHECK(entries(silu) ==
        Numbers{524288, 526336, 528384, 766570, 1027899, 1048224, 1048546, 1048576, 1048576});
  CHECK(fnv1a(silu) == 0x871b60c5e8d9cda1);
  const Numbers gelu = gate_table(Activation::gelu_tanh);
  CHECK(entries(gelu) ==
        Numbers{524288, 527556, 530824, 882054, 1048547, 1048576, 1048576, 1048576, 1048576});
  CHECK(fnv1a(gelu) == 0x09dea0f18e640408);
}

TEST_CASE("tables: rotary positions") {
  CHECK(row({{10000, 0}, 16, {}}, 1) == Entries{8852, 15572, 16302, 16376, 16383, 16384, 16384,
                                                16384, 13787, 5095, 1636, 518, 164, 52, 16, 5});
  CHECK(row({{625, 4}, 16, {}}, 2047) == Entries{4091, 16200, -14406, -5296, -813, 16089, -7511,
                                                 13070, -15865, 2451, -7804, 15504, 16364, 3094,
                                                 14561, 9880});
  CHECK(row({{500000, 0}, 8, {}}, 32767) ==
        Entries{16093, 12182, -11597, -2802, 3072, 10956, 11573, 16143});
  CHECK(row({{10000, 0}, 6, {{1, 0}, {3, -1}, {1, 3}}}, 5) ==
        Entries{4648, 16188, 16384, -15711, 2525, 22});

  Entries every64;
  const Entries table = rotary({{10000, 0}, 64, {}}, 2048);
  for (std::ptrdiff_t p = 0; p < 2048; p += 64)
    every64.insert(every64.end(), table.begin() + 64 * p, table.begin() + 64 * p + 64);
  CHECK(fnv1a(every64) == 0xf31796d1e0861b58);
}

TEST_CASE("tables: divisors of Llama 3") {
  const RotaryFrequencies frequencies{{500000, 0}, 128, {}};
  constexpr double kTwoPi = 6.283185307179586;
  for (const double factor : {8.0, 32.0}) {
    const auto divisors = llama3_divisors(
        frequencies, {{static_cast<std::int64_t>(factor), 0}, {1, 0}, {4, 0}, 8192});
    REQUIRE(divisors.has_value());
    REQUIRE(divisors->size() == 64);
    for (std::size_t i = 0; i < 64; ++i) {
      const double wavelength = kTwoPi * std::pow(500000.0, static_cast<double>(i) / 64);
      const double share = std::clamp((8192 / wavelength - 1) / (4 - 1), 0.0, 1.0);
      const double expected = 1 / ((1 - share) / factor + share);
      const Dyadic& divisor = (*divisors)[i];
      CHECK(std::ldexp(static_cast<double>(divisor.mantissa), divisor.exponent) ==
            doctest::Approx(expected).epsilon(1e-8));
    }
    CHECK(divisors->front() == Dyadic{1 << 27, -27});
    CHECK(rotary_table({{500000, 0}, 128, *divisors}, 16).has_value());
  }
  const auto refused = [&](Dyadic factor, Dyadic low, Dyadic high) {
    return !llama3_divisors(frequencies, {factor, low, high, 8192}).has_value();
  };
  CHECK(refused({1, -1}, {1, 0}, {4, 0}));
  CHECK(refused({64, 0}, {1, 0}, {4, 0}));
  CHECK(refused({8, 0}, {-1, 0}, {4, 0}));
  CHECK(refused({8, 0}, {4, 0}, {4, 0}));
  CHECK(refused({8, 0}, {1, 0}, {1, 9}));
}

TEST_CASE("tables: bases of rotary positions out of range are refused") {
  for (const Dyadic base : {Dyadic{0, 0}, {-5, 0}, {1, -1}, {3, 30}, {1, 64}})
    CHECK_FALSE(rotary_table({base, 4, {}}, 2).has_value());
  CHECK_FALSE(rotary_table({{10000, 0}, 4, {{1, 0}, {1, -1}}}, 2).has_value());
}

TEST_CASE("tables: logarithms of powers of two are exact, and powers of them too") {
  CHECK(log2_of({1, 0}) == 0);
  CHECK(log2_of({8, -5}) == -(std::int64_t{2} << kLogBits));
  CHECK(log2_of({10, 0}) == 239370146084580907);  // floor(2^56 log2(10))
  CHECK(exp2_of_minus(0) == kResultOne);
  CHECK(exp2_of_minus(std::uint64_t{5} << kLogBits) == kResultOne >> 5);
  CHECK(exp2_of_minus(~std::uint64_t{0}) == 0);
}

}  // namespace
}  // namespace czip::test
