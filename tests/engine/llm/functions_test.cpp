// The functions of the czip-llm-v1 network on values computed by hand from
// conformance/czip-network-llm.md.
#include "czip/engine/llm/functions.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

namespace czip::llm {
namespace {

constexpr Exp2Table kTable = [] {
  Exp2Table table{};
  table[0] = table[kExp2Half] = 65535;
  table[8] = 46341;              // 2^-1/2
  table[kExp2Half + 1] = 65359;  // 2^-1/256
  return table;
}();

TEST_CASE("round_shift rounds ties towards plus infinity") {
  CHECK(round_shift(3, 1) == 2);
  CHECK(round_shift(-3, 1) == -1);
  CHECK(round_shift(5, 2) == 1);
  CHECK(round_shift(-7, 0) == -7);
}

TEST_CASE("the largest magnitude becomes 127") {
  const Quantization q = quantization_of(100);  // of 7 bits: 127 * 2^29 / 100
  CHECK(q.shift == 29);
  CHECK(q.reciprocal == 681826058);
  CHECK(quantized(100, q) == 127);
  CHECK(quantized(-100, q) == -127);
  CHECK(quantized(50, q) == 63);    // 63.49999
  CHECK(quantized(-50, q) == -63);  // -63.49999
  CHECK(quantized(1, q) == 1);      // 1.27
  CHECK(quantized_scale(100) == VectorScale{100U << 24, 24});
}

TEST_CASE("every magnitude gives a reciprocal that keeps to 127") {
  for (const std::uint32_t largest : {1U, 2U, 3U, 127U, 128U, 65535U, 1U << 30, 2147483647U}) {
    const Quantization q = quantization_of(largest);
    const auto y = static_cast<std::int32_t>(largest);
    CHECK(quantized(y, q) == 127);
    CHECK(quantized(-y, q) == -127);
    CHECK(quantized(0, q) == 0);
  }
  CHECK(quantized_scale(1) == VectorScale{1U << 30, 30});
  CHECK(quantized_scale(2147483647) == VectorScale{2147483647, 0});
  CHECK(quantized_scale(0) == VectorScale{});
  CHECK(quantized(0, quantization_of(0)) == 0);
}

TEST_CASE("a norm's scale is the largest magnitude over the root of the sum") {
  // 16 elements of 1000: 1000 / 4000, a fourth: 2^30 * 2^(-31 - 1). The sum times 2^38 has the root
  // 4000 * 2^19; 1000 * 2^52 / that is 2^31.
  CHECK(normalized_scale(1000, 16'000'000, 0) == VectorScale{1U << 30, 1});
  // With as much again as epsilon: 1 / sqrt(32).
  const VectorScale with = normalized_scale(1000, 16'000'000, 16'000'000);
  CHECK(with.exponent == 2);
  CHECK(std::abs(with.mantissa - std::ldexp(1 / std::sqrt(32.0), 33)) < 4);
  // One element, of any size, alone: 1.
  CHECK(normalized_scale(1, 1, 0) == VectorScale{1U << 30, -1});
  CHECK(normalized_scale(1 << 29, std::uint64_t{1} << 46, 0) == VectorScale{1U << 30, -1});
  CHECK(normalized_scale(0, 0, 1) == VectorScale{});
}

TEST_CASE("a norm's scale has 29 bits that are right") {
  for (std::uint32_t largest = 1; largest < (1U << 30) - 1; largest = largest * 3 + 1) {
    const std::uint64_t in_squares = largest >> square_shift(largest);
    const std::uint64_t sum = in_squares * in_squares * 7 + 5;
    const VectorScale scale = normalized_scale(largest, sum, 0);
    const double expected =
        largest / std::ldexp(std::sqrt(static_cast<double>(sum)), square_shift(largest));
    CHECK(std::abs(std::ldexp(scale.mantissa, -31 - scale.exponent) / expected - 1) < 4e-9);
    CHECK(scale.mantissa >= 1U << 30);
    CHECK(scale.mantissa < 1U << 31);
    CHECK(scale.exponent >= -1);
  }
}

TEST_CASE("accumulators are scaled in two steps") {
  CHECK(accumulator_shift(16) == 11);     // 260096 has 18 bits
  CHECK(accumulator_shift(2048) == 18);   // 33292288 has 25
  CHECK(accumulator_shift(65536) == 23);  // below 2^30
  const Rescale half = rescale_of(16, 31, {1U << 30, 0});
  CHECK(rescaled(3, 1 << 11, half) == 2);  // 3, then 1.5
  CHECK(rescaled(-3, 1 << 11, half) == -1);
  CHECK(rescaled(1, 1 << 10, half) == 1);  // 0.5 becomes 1, then 0.5
  CHECK(rescaled(260096, kMaxScale, rescale_of(16, 11, {0x7fffffff, -9})) == kBound);
  CHECK(rescaled(-260096, kMaxScale, rescale_of(16, 11, {0x7fffffff, -9})) == -kBound);
  CHECK(rescaled(260096, kMaxScale, rescale_of(16, 62, {0x7fffffff, 1})) == 0);
}

TEST_CASE("weights halve with each octave, 24 of them") {
  CHECK(exp2_weight(0, kTable) == 16776704);
  CHECK(exp2_weight(1, kTable) == 16731648);    // 65535 * 65359 / 256
  CHECK(exp2_weight(128, kTable) == 11863114);  // 46341 * 65535 / 256
  CHECK(exp2_weight(256, kTable) == 8388352);
  CHECK(exp2_weight(23 * 256, kTable) == 1);
  CHECK(exp2_weight(24 * 256, kTable) == 0);
  CHECK(exp2_weight(UINT32_MAX, kTable) == 0);
  CHECK(score_gap(10, -5, 1) == 8);  // 7.5
  CHECK(score_gap(2145911040, -2145911040, 20) == 4093);
}

TEST_CASE("frequencies have 32 bits, and end at 1") {
  CHECK(frequency(0, kTable) == 4294836225);      // 65535 * 65535
  CHECK(frequency(127, kTable) == 4294836225);    // rounds to a gap of 0
  CHECK(frequency(128, kTable) == 4283302065);    // 65535 * 65359
  CHECK(frequency(65536, kTable) == 2147418112);  // half
  CHECK(frequency(31 << 16, kTable) == 1);
  CHECK(frequency(UINT32_MAX, kTable) == 1);
}

TEST_CASE("attention weights of a window add up to 2^15") {
  CHECK(attention_factor(16776704) == 1073774593);
  CHECK(attention_weight(16776704, 1073774593) == 32767);                         // 32768
  CHECK(attention_weight(16776704, attention_factor(2 * 16776704ULL)) == 16384);  // a half
  CHECK(attention_weight(16776704, attention_factor(32768 * 16776704ULL)) == 1);
  CHECK(attention_weight(0, 1073774593) == 0);
}

TEST_CASE("queries are brought to 11 bits") {
  CHECK(query_shift(2047) == 0);
  CHECK(query_shift(2048) == 1);
  CHECK(query_shift(131070) == 6);
  CHECK(scored_query(-4095, 1) == -2047);
  CHECK(scored_query(4095, 1) == 2047);  // 2048 is beyond the bound
  CHECK(scored_query(101, 1) == 51);
}

TEST_CASE("a quarter turn brings a pair's first element to its second") {
  CHECK(rotated_first(100, 7, 0, kRotaryOne) == -7);
  CHECK(rotated_second(100, 7, 0, kRotaryOne) == 100);
  CHECK(rotated_first(100, 7, kRotaryOne, 0) == 100);
  CHECK(rotated_first(3, 0, kRotaryOne / 2, 0) == 2);    // 1.5
  CHECK(rotated_first(-3, 0, kRotaryOne / 2, 0) == -1);  // -1.5
  CHECK(rotated_second(65535, 65535, kRotaryOne, kRotaryOne) == 131070);
}

TEST_CASE("the activation lies between the table's entries, and mirrors them below zero") {
  GateTable gate{};  // entry 128, of 1.0: 2^19 + 1000, rising by 320
  gate[128] = (1000U << 12) | 320;
  gate[2047] = (std::uint32_t{1} << 19 << 12) | 0;
  CHECK(activation(4096, gate) == 525288);        // 1 * s
  CHECK(activation(-4096, gate) == -523288);      // -1 * (2^20 - s)
  CHECK(activation(4096 + 16, gate) == 527501);   // 4112 * 525448 / 4096 = 527500.5
  CHECK(activation(65535, gate) == 65535 * 256);  // s = 1
  CHECK(activation(-kHiddenBound, gate) == 0);    // s = 0
  CHECK(activation(kHiddenBound, gate) == kHiddenBound * 256);
  CHECK(gated(1 << 20, 4096) == 65536);  // 1 * 1
  CHECK(gated(-(1 << 20), 8) == -128);
  CHECK(gated(kHiddenBound * 256, kHiddenBound) == kBound);
  CHECK(ungated(1 << 20) == 65536);
  CHECK(ungated(-8) == 0);  // -0.5
}

TEST_CASE("numbers are shifted so that their transform has 30 bits") {
  CHECK(transform_shift(1 << 20, 512) == 0);
  CHECK(transform_shift((1 << 21) - 1, 512) == 0);
  CHECK(transform_shift(1 << 21, 512) == 1);
  CHECK(transform_shift(kBound, 512) == 9);
  CHECK(transform_shift(kBound, 1) == 0);
}

TEST_CASE("a full window keeps its first tokens and moves by half of the others") {
  CHECK(moved_slots(2048, 4) == 1022);
  CHECK(kept_slots(16, 1000) == 4);
  CHECK(moved_slots(16, 1000) == 6);
  CHECK(moved_slots(16, 0) == 8);
}

}  // namespace
}  // namespace czip::llm
