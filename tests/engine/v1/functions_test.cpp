// The functions of czip-model-v1 on values computed by hand from conformance/czip-v1.md.
#include "czip/engine/v1/functions.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace czip::v1 {
namespace {

// 2^-i/256 at the entries that the tests look up: i = 0 and 128.
constexpr Exp2Table make_table() {
  Exp2Table table{};
  table[0] = 65535;
  table[128] = 46341;
  return table;
}
constexpr Exp2Table kTable = make_table();

TEST_CASE("requantize rounds ties to even and limits to 127") {
  CHECK(requantize(3, {1, 1}) == 2);    // 1.5
  CHECK(requantize(5, {1, 1}) == 2);    // 2.5
  CHECK(requantize(-3, {1, 1}) == -2);  // -1.5
  CHECK(requantize(7, {3, 2}) == 5);    // 5.25
  CHECK(requantize(1000, {1, 0}) == 127);
  CHECK(requantize(-1000, {1, 3}) == -125);
  CHECK(requantize(10, {3, -2}) == 30);  // no shift at all below 1
  CHECK(requantize(INT32_MIN, {INT32_MAX, 62}) == -1);
  CHECK(saturate7(-128) == -127);
}

TEST_CASE("the inverse RMS is 2^23 over the root of the mean square in Q16") {
  CHECK(mean_square(100, 4) == 26);
  CHECK(inverse_rms(1, Dialect::rust) == 32768);            // 2^23 / 256
  CHECK(inverse_rms(4, Dialect::rust) == 16384);            // 2^23 / 512
  CHECK(inverse_rms(127 * 127 + 1, Dialect::rust) == 258);  // 2^23 / 32513
}

TEST_CASE("only the python dialect rounds up a remainder of half the odd root") {
  // The root is 24929; 2^23 = 336 * 24929 + 12464.
  CHECK(inverse_rms(9483, Dialect::rust) == 336);
  CHECK(inverse_rms(9483, Dialect::i64) == 336);
  CHECK(inverse_rms(9483, Dialect::python) == 337);
}

TEST_CASE("a normalized element is limited before and after") {
  CHECK(normalized(3, 1, 16384) == 2);    // 1.5
  CHECK(normalized(-5, 1, 16384) == -2);  // -2.5
  CHECK(normalized(1000, 1, 32768) == 127);
  CHECK(normalized(10, 64, 16384) == 127);  // 320
}

TEST_CASE("rotation by a right angle swaps the pair") {
  const RotatedPair turned = rotate_pair(100, 50, 0, 32767);
  CHECK(turned.x == -50);
  CHECK(turned.y == 100);
  const RotatedPair kept = rotate_pair(100, 50, 32767, 0);
  CHECK(kept.x == 100);
  CHECK(kept.y == 50);
}

TEST_CASE("attention scores round twice and saturate") {
  CHECK(attention_score(10, 32768) == 2);  // 2.5, then times 1
  CHECK(attention_score(6, 32768) == 2);   // 1.5
  CHECK(attention_score(-4096, 16384) == -512);
  CHECK(attention_score(1 << 19, INT32_MAX) == INT32_MAX);
}

TEST_CASE("exp weights halve per octave and end at 1") {
  constexpr std::uint32_t kOne = 1U << 24;  // then n is in 1/256 of an octave
  CHECK(exp_weight(0, kOne, kTable) == 65535);
  CHECK(exp_weight(128, kOne, kTable) == 46341);
  CHECK(exp_weight(256, kOne, kTable) == 32768);
  CHECK(exp_weight(2 * 256 + 128, kOne, kTable) == 11585);  // 46341 / 4 = 11585.25
  CHECK(exp_weight(16 * 256, kOne, kTable) == 1);
  CHECK(exp_weight(31 * 256, kOne, kTable) == 1);
  CHECK(exp_weight(UINT32_MAX, UINT32_MAX, kTable) == 1);
}

TEST_CASE("a sum is rescaled with half away from zero, then the floor") {
  CHECK(rescaled(100, 32768) == 50);
  CHECK(rescaled(3, 32768) == 2);    // 1.5
  CHECK(rescaled(-3, 32768) == -2);  // -1.5 - 0.5
  CHECK(rescaled(-1, 1) == -1);
}

TEST_CASE("the gated relu multiplies what is positive") {
  CHECK(gated_relu(-5, 100) == 0);
  CHECK(gated_relu(127, 127) == 126);
  CHECK(gated_relu(64, 1) == 0);    // 0.5
  CHECK(gated_relu(64, -3) == -2);  // -1.5
}

TEST_CASE("a frequency is 1 and the symbol's part of the rest") {
  CHECK(symbol_frequency(65535, 1000, 131070) == 501);
  CHECK(symbol_frequency(1, 1000, 131070) == 1);
}

}  // namespace
}  // namespace czip::v1
