// The functions of the czip-model-v2 network on values computed by hand from
// conformance/czip-network-v2.md.
#include "czip/engine/v2/functions.hpp"

#include <doctest/doctest.h>

#include <cstdint>

namespace czip::v2 {
namespace {

// 2^-i/64 at the entries that the tests look up: i = 0 and 32.
constexpr Exp2Table make_table() {
  Exp2Table table{};
  table[0] = 65535;
  table[32] = 46341;
  return table;
}
constexpr Exp2Table kTable = make_table();

TEST_CASE("round_shift rounds ties towards plus infinity") {
  CHECK(round_shift(3, 1) == 2);
  CHECK(round_shift(-3, 1) == -1);
  CHECK(round_shift(5, 2) == 1);
}

TEST_CASE("requantize limits to its bound from its limit on") {
  CHECK(requantize(100, 3, 2, 127) == 75);
  CHECK(requantize(1000, 3, 2, 127) == 127);
  CHECK(requantize(-1000, 3, 2, 127) == -127);
  CHECK(requantize(-2, 1, 2, 127) == 0);  // -0.5
  CHECK(requantize_limit(3, 2, 127) == 171);
  CHECK(requantize(170, 3, 2, 1000) == 128);  // 127.5
  CHECK(requantize(169, 3, 2, 1000) == 127);
  CHECK(requantize_limit(0, 2, 127) == INT32_MAX);
}

TEST_CASE("the inverse RMS is 2^32 over the root of the mean square in Q4") {
  CHECK(mean_square(0, 16) == 256);
  CHECK(inverse_rms(0, 16) == 1U << 28);
  CHECK(mean_square(256, 16) == 512);
  CHECK(inverse_rms(256, 16) == 195225786);  // the root is 22
}

TEST_CASE("a gain of 1024 brings a vector to a root mean square of 32") {
  const std::uint32_t inverse = inverse_rms(16 * 100 * 100, 16);
  CHECK(inverse == 10737418);  // the root is 400
  CHECK(normalized(100, inverse, 1024) == 32);
  CHECK(normalized(-100, inverse, 512) == -16);
  CHECK(normalized(100, inverse, 32767) == 127);
}

TEST_CASE("activation multiplies what is positive") {
  CHECK(activated(-5, 100) == 0);
  CHECK(activated(1024, 256) == 2);
  CHECK(activated(1024, -192) == -1);  // -1.5
  CHECK(activated(4095, 4095) == 127);
}

TEST_CASE("attention scores are scaled products and a bias") {
  CHECK(attention_score(16384, 3, -5) == -2);
  CHECK(attention_score(8192, 1, 0) == 1);  // 0.5
}

TEST_CASE("attention weights have 8 bits and 9 octaves") {
  CHECK(attention_weight(0, kTable) == 255);
  CHECK(attention_weight(32, kTable) == 181);
  CHECK(attention_weight(64, kTable) == 128);
  CHECK(attention_weight(8 * 64, kTable) == 1);
  CHECK(attention_weight(9 * 64, kTable) == 0);
}

TEST_CASE("the factor divides by the sum of weights") {
  CHECK(attention_factor(256, 255) == 16843009);
  CHECK(attention_output(255 * 100, 16843009) == 100);
  CHECK(attention_output(-255 * 127, 2 * 16843009) == -127);
}

TEST_CASE("logit weights are Q30 and end after 30 octaves") {
  CHECK(logit_weight(0, kTable) == 65535U << 14);
  CHECK(logit_weight(64 + 32, kTable) == 46341U << 13);
  CHECK(logit_weight(29 * 64, kTable) == 1);
  CHECK(logit_weight(31 * 64, kTable) == 0);
}

TEST_CASE("frequencies are shifted only as far as their sum needs") {
  CHECK(frequency_shift(UINT32_MAX - 10, 10) == 0);
  CHECK(frequency_shift(UINT32_MAX, 1) == 1);
  CHECK(frequency_shift(std::uint64_t{3} << 32, 2) == 2);
}

TEST_CASE("bigram buckets are the upper bits of a product") {
  CHECK(bigram_bucket(0, 1, 8) == 0x1b);
  CHECK(bigram_bucket(1, 0, 4) == 1);  // 0x5bd1e995 * 0x1b873593 = 0x1377f98f modulo 2^32
  CHECK(bigram_bucket(7, 9, 0) == 0);
}

}  // namespace
}  // namespace czip::v2
