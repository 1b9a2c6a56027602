// The czip-llm-v1 network's kernels: the scalar ones against values by hand, every SIMD level of
// this CPU against the scalar ones, on random and extreme inputs.
#include "llm/kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/kernel_inputs.hpp"

namespace czip::llm {
namespace {

using namespace test;
using simd::KernelSet;

constexpr std::size_t kSizes[] = {16, 48, 64, 176, 1024};
constexpr Draw kDraws[] = {Draw::uniform, Draw::extremes, Draw::mostly_small};

const Kernels& kReference = kScalar.llm_network;

template <class T>
std::vector<T> numbers(Random& random, Draw how, std::size_t n, std::int32_t bound) {
  std::vector<T> x(n);
  for (T& value : x) {
    // Random::between takes ranges below 2^31.
    const std::int32_t half = draw(random, how, -(bound / 2), bound / 2);
    value = static_cast<T>(half * 2 + (half < 0 ? -(bound % 2) : bound % 2));
  }
  return x;
}

// Calls check(kernels, how, n) for each vector level, kind of numbers and size.
template <class Check>
void for_each_case(const Check& check) {
  for (const KernelSet* set : vector_kernels())
    for (const Draw how : kDraws)
      for (const std::size_t n : kSizes) {
        CAPTURE(simd_level_name(set->level));
        CAPTURE(n);
        check(set->llm_network, how, n);
      }
}

GateTable gate_table() {
  const auto s = [](std::size_t i) {
    return std::lround(1048576 / (1 + std::exp(-static_cast<double>(i) / 128)));
  };
  GateTable table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<std::uint32_t>(((s(i) - 524288) << 12) | (s(i + 1) - s(i)));
  return table;
}

WideExp2 exp2_table() {
  WideExp2 table{};
  for (std::size_t i = 0; i < 16; ++i) {
    table.entries[i] = static_cast<std::uint32_t>(
        std::min(65535L, std::lround(65536 * std::exp2(-static_cast<double>(i) / 16))));
    table.entries[16 + i] = static_cast<std::uint32_t>(
        std::min(65535L, std::lround(65536 * std::exp2(-static_cast<double>(i) / 256))));
  }
  return table;
}

TEST_CASE("largest magnitude and sum of squares") {
  const std::vector<std::int32_t> x = {1, -5, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
  CHECK(kReference.largest(x.data(), 16) == 5);
  CHECK(kReference.sum_of_squares(x.data(), 16, 0) == 39);
  CHECK(kReference.sum_of_squares(x.data(), 16, 1) == 0 + 9 + 1 + 1);  // -5 >> 1 = -3
  Random random(1);
  for_each_case([&](const Kernels& kernels, Draw how, std::size_t n) {
    const auto y = numbers<std::int32_t>(random, how, n, INT32_MAX);
    CHECK(kernels.largest(y.data(), n) == kReference.largest(y.data(), n));
    for (const int shift : {7, 15})
      CHECK(kernels.sum_of_squares(y.data(), n, shift) ==
            kReference.sum_of_squares(y.data(), n, shift));
    const auto z = numbers<std::int32_t>(random, how, n, (1 << 24) - 1);
    CHECK(kernels.sum_of_squares(z.data(), n, 0) == kReference.sum_of_squares(z.data(), n, 0));
  });
}

TEST_CASE("quantize") {
  Random random(2);
  for_each_case([&](const Kernels& kernels, Draw how, std::size_t n) {
    for (const std::int32_t bound : {INT32_MAX, kBound, 1000, 3}) {
      const auto x = numbers<std::int32_t>(random, how, n, bound);
      const Quantization q = quantization_of(kReference.largest(x.data(), n));
      std::vector<std::int8_t> expected(n);
      std::vector<std::int8_t> y(n);
      kReference.quantize(x.data(), n, q, expected.data());
      kernels.quantize(x.data(), n, q, y.data());
      CHECK(y == expected);
      if (how == Draw::extremes)
        CHECK(std::ranges::count(y, 127) + std::ranges::count(y, -127) > 0);
    }
  });
}

TEST_CASE("outputs are scaled, biased and limited, and added to the residual") {
  Random random(3);
  for_each_case([&](const Kernels& kernels, Draw how, std::size_t n) {
    const auto acc = numbers<std::int32_t>(random, how, n, 127 * 128 * 2048);
    std::vector<std::uint32_t> scale(n);
    for (std::uint32_t& s : scale)
      s = how == Draw::extremes ? kMaxScale : random.next() % (kMaxScale + 1);
    const auto bias = numbers<std::int32_t>(random, how, n, kBound);
    const auto residual = numbers<std::int32_t>(random, how, n, kBound);
    for (const VectorScale vector : {VectorScale{0x7fffffff, -9}, VectorScale{1 << 30, 0},
                                     VectorScale{0x56789abc, 20}, VectorScale{}})
      for (const int shift : {11, 20, 31, 42, 62})
        for (const std::int32_t* biases :
             {bias.data(), static_cast<const std::int32_t*>(nullptr)}) {
          const OutputScales scales{scale.data(), biases, rescale_of(2048, shift, vector)};
          std::vector<std::int32_t> expected(n);
          std::vector<std::int32_t> y(n);
          kReference.rescale(acc.data(), n, scales, expected.data());
          kernels.rescale(acc.data(), n, scales, y.data());
          CHECK(y == expected);
          expected = y = residual;
          kReference.add_rescaled(acc.data(), n, scales, expected.data());
          kernels.add_rescaled(acc.data(), n, scales, y.data());
          CHECK(y == expected);
        }
  });
}

TEST_CASE("the activation of every gate near zero and of far ones") {
  const GateTable table = gate_table();
  std::vector<std::int32_t> gates;
  for (std::int32_t g = -70000; g < 70000; g += 7) gates.push_back(g);
  for (const std::int32_t g : {kBound, -kBound, kHiddenBound, -kHiddenBound, 65535, 65536, -65536})
    gates.push_back(g);
  gates.resize((gates.size() + 15) / 16 * 16);
  Random random(4);
  for (const KernelSet* set : vector_kernels())
    for (const std::int32_t bound : {kBound, 100000, 3}) {
      const auto up = numbers<std::int32_t>(random, Draw::uniform, gates.size(), bound);
      for (const std::int32_t* u : {up.data(), static_cast<const std::int32_t*>(nullptr)}) {
        std::vector<std::int32_t> expected(gates.size());
        std::vector<std::int32_t> z(gates.size());
        kReference.activate(gates.data(), u, gates.size(), table, expected.data());
        set->llm_network.activate(gates.data(), u, gates.size(), table, z.data());
        CHECK(z == expected);
      }
    }
}

TEST_CASE("the activation is g times the logistic function") {
  const GateTable table = gate_table();
  for (std::int32_t g = -50000; g < 50000; g += 113) {
    const double real = g / 4096.0;
    CHECK(std::abs(activation(g, table) / 1048576.0 - real / (1 + std::exp(-real))) < 2e-5);
  }
}

TEST_CASE("the Hadamard transform") {
  std::vector<std::int32_t> x = {10, 1, 2, 3, 20, 5, 6, 7};
  kReference.transform(x.data(), 8, 4, 0);
  CHECK(x == std::vector<std::int32_t>{16, 8, 6, 10, 38, 14, 12, 16});
  x = {3, -3, 5, 0};
  kReference.transform(x.data(), 4, 1, 1);
  CHECK(x == std::vector<std::int32_t>{2, -1, 3, 0});
  Random random(5);
  for (const KernelSet* set : vector_kernels())
    for (const Draw how : kDraws)
      for (std::size_t block = 1; block <= 512; block *= 2)
        for (const std::size_t n : {std::size_t{32}, std::size_t{96}, 3 * block}) {
          if (n % block != 0 || n % 32 != 0) continue;
          CAPTURE(block);
          auto y = numbers<std::int32_t>(random, how, n, kBound);
          auto expected = y;
          const int shift = transform_shift(kBound, static_cast<std::uint32_t>(block));
          kReference.transform(expected.data(), n, block, shift);
          set->llm_network.transform(y.data(), n, block, shift);
          CHECK(y == expected);
        }
}

TEST_CASE("pairs are turned by cosines and sines") {
  Random random(6);
  for (const KernelSet* set : vector_kernels())
    for (const Draw how : kDraws)
      for (const std::size_t half :
           {std::size_t{1}, std::size_t{8}, std::size_t{24}, std::size_t{64}}) {
        auto x = numbers<std::int32_t>(random, how, 2 * half, kQueryBound);
        auto expected = x;
        const auto turns = numbers<std::int16_t>(random, how, 2 * half, kRotaryOne);
        kReference.rotate(expected.data(), half, turns.data(), turns.data() + half);
        set->llm_network.rotate(x.data(), half, turns.data(), turns.data() + half);
        CHECK(x == expected);
      }
}

TEST_CASE("frequencies of logits at every distance below the largest") {
  const WideExp2 exp2 = exp2_table();
  Random random(10);
  std::vector<std::int32_t> logits;
  for (std::int32_t below = 0; below < 34 * 65536; below += 97) logits.push_back(kBound - below);
  for (int i = 0; i < 1000; ++i) logits.push_back(random.between(-kBound, 0));
  logits.push_back(-kBound);
  for (const KernelSet* set : vector_kernels())
    for (const std::int32_t largest : {kBound, kBound - 65536}) {
      std::vector<std::int32_t> x;
      for (const std::int32_t logit : logits)
        if (logit <= largest) x.push_back(logit);
      std::vector<std::uint32_t> expected(x.size());
      std::vector<std::uint32_t> y(x.size());
      kReference.frequencies(x.data(), x.size(), largest, exp2, expected.data());
      set->llm_network.frequencies(x.data(), x.size(), largest, exp2, y.data());
      CHECK(y == expected);
      CHECK(y[0] == 4294836225);
      CHECK(y.back() == 1);
    }
}

// A window of `slots` slots with numbers up to the bounds, and junk behind them.
struct TestWindow {
  AlignedBuffer<std::int16_t> keys;
  AlignedBuffer<std::int16_t> values;
  KeyValueWindow view;

  TestWindow(Random& random, Draw how, std::size_t slots, std::size_t head_size)
      : keys(drawn<std::int16_t>(random, how, (slots + 15) / 16 * 16 * head_size, -kKeyBound,
                                 kKeyBound)),
        values(drawn<std::int16_t>(random, how, (slots + 15) / 16 * 16 * head_size, -kValueBound,
                                   kValueBound)),
        view{keys.data(), values.data(), head_size} {}
};

std::vector<std::int32_t> attend(const Kernels& kernels, const std::vector<std::int32_t>& queries,
                                 std::size_t heads, std::size_t slots, int shift,
                                 const KeyValueWindow& window) {
  const WideExp2 exp2 = exp2_table();
  const std::size_t stride = slots + 64;
  auto scores = buffer<std::int32_t>(kHeadsAtOnce * stride);
  auto weights = buffer<std::int16_t>(kHeadsAtOnce * stride);
  std::vector<std::int32_t> out(heads * window.head_size);
  kernels.attend({queries.data(), heads, slots, shift, &exp2}, window,
                 {scores.data(), weights.data(), stride}, out.data());
  return out;
}

TEST_CASE("attention weighs values by powers of two of the scores") {
  Random random(7);
  TestWindow window(random, Draw::uniform, 3, 16);
  const auto put = [&](std::size_t slot, std::int16_t key, std::int16_t value) {
    for (std::size_t i = 0; i < 16; ++i) {
      window.keys[key_place(slot, i, 16)] = i == 0 ? key : std::int16_t{0};
      window.values[value_place(slot, i, 16)] = i == 1 ? value : std::int16_t{0};
    }
  };
  // Scores 1024 * 512 = 2^19, 2^18, and 0; in octaves, by a shift of 10: 2, 1, 0.
  put(0, 512, 100);
  put(1, 256, 1000);
  put(2, 0, -10);
  std::vector<std::int32_t> query(16);
  query[0] = 1024;
  const auto out = attend(kReference, query, 1, 3, 10, window.view);
  // Of 7 shares 4, 2 and 1: 18725, 9362 and 4681 of 32768.
  CHECK(out[1] == 18725 * 100 + 9362 * 1000 - 4681 * 10);
  CHECK(out[0] == 0);
  // Twice the query has 12 bits, loses one and its score keeps its meaning: 4, 2, 0 octaves.
  query[0] = 2048;
  CHECK(attend(kReference, query, 1, 3, 10, window.view)[1] ==
        24966 * 100 + 6242 * 1000 - 1560 * 10);
}

TEST_CASE("attention equals the scalar kernel's for all sizes") {
  Random random(8);
  for (const KernelSet* set : vector_kernels())
    for (const Draw how : kDraws)
      for (const std::size_t head_size : {16U, 48U, 64U, 80U, 256U})
        for (const std::size_t slots : {1U, 2U, 15U, 16U, 17U, 63U, 65U, 200U})
          for (const std::size_t heads : {1U, 2U, 3U, 4U, 7U}) {
            CAPTURE(simd_level_name(set->level));
            CAPTURE(head_size);
            CAPTURE(slots);
            CAPTURE(heads);
            TestWindow window(random, how, slots, head_size);
            const std::int32_t bound = random.next() % 2 == 0 ? 131070 : 300;
            const auto queries = numbers<std::int32_t>(random, how, heads * head_size, bound);
            for (const int shift : {7, 13, 20})
              CHECK(attend(set->llm_network, queries, heads, slots, shift, window.view) ==
                    attend(kReference, queries, heads, slots, shift, window.view));
          }
}

TEST_CASE("a window of the longest length does not overflow") {
  Random random(9);
  TestWindow window(random, Draw::extremes, Limits::kContext, 16);
  for (std::size_t i = 0; i < window.keys.size(); ++i) window.keys[i] = 0;
  for (std::size_t i = 0; i < window.values.size(); ++i) window.values[i] = kValueBound;
  const std::vector<std::int32_t> query(16, 5);
  for (const SimdLevel level : supported_simd_levels()) {
    const auto out =
        attend(simd::find_kernels(level)->llm_network, query, 1, Limits::kContext, 7, window.view);
    CHECK(out == std::vector<std::int32_t>(16, kValueBound * 32768));
  }
}

}  // namespace
}  // namespace czip::llm
