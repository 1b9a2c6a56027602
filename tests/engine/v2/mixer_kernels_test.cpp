#include "czip/engine/v2/mixer_kernels.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <vector>

namespace czip::v2 {
namespace {

const MixerKernels& kScalarMixer = mixer_kernels(SimdLevel::scalar);

struct Case {
  std::vector<std::vector<std::int32_t>> sets;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> errors;
};

constexpr std::int32_t kLargestInput = 4095;
constexpr std::int32_t kLargestError = (1 << 18) - 1;

Case random_case(std::mt19937& random, std::size_t inputs, std::size_t sets, bool extreme) {
  const auto draw = [&](std::int32_t largest) {
    std::uniform_int_distribution<std::int32_t> any(-largest, largest);
    const std::int32_t value = any(random);
    return extreme ? (value < 0 ? -largest : largest) : value;
  };
  Case c;
  for (std::size_t i = 0; i < inputs; ++i) c.inputs.push_back(draw(kLargestInput));
  for (std::size_t s = 0; s < sets; ++s) {
    c.sets.emplace_back();
    for (std::size_t i = 0; i < inputs; ++i) c.sets.back().push_back(draw(kMaxWeight));
    c.errors.push_back(s % 3 == 2 ? 0 : draw(kLargestError));
  }
  return c;
}

std::vector<std::int32_t> dot_products(const MixerKernels& kernels, const Case& c) {
  std::vector<const std::int32_t*> sets;
  for (const auto& set : c.sets) sets.push_back(set.data());
  std::vector<std::int32_t> out(sets.size());
  kernels.dot_products(sets.data(), sets.size(), c.inputs.data(), c.inputs.size(), out.data());
  return out;
}

std::vector<std::vector<std::int32_t>> trained(const MixerKernels& kernels, Case c) {
  std::vector<std::int32_t*> sets;
  for (auto& set : c.sets) sets.push_back(set.data());
  kernels.train(sets.data(), sets.size(), c.inputs.data(), c.inputs.size(), c.errors.data());
  return c.sets;
}

}  // namespace

TEST_CASE("every SIMD level mixes and trains like the scalar kernels") {
  std::mt19937 random(1);
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    for (std::size_t inputs = kInputGroup; inputs <= kMaxMixerInputs; inputs += kInputGroup) {
      for (const std::size_t sets : {std::size_t{1}, std::size_t{5}, kMaxSets}) {
        for (const bool extreme : {false, true}) {
          const Case c = random_case(random, inputs, sets, extreme);
          CHECK(dot_products(mixer_kernels(level), c) == dot_products(kScalarMixer, c));
          CHECK(trained(mixer_kernels(level), c) == trained(kScalarMixer, c));
        }
      }
    }
  }
}

TEST_CASE("the largest weights and inputs give the exact sum") {
  const std::vector<std::int32_t> weights(kMaxMixerInputs, kMaxWeight);
  const std::vector<std::int32_t> inputs(kMaxMixerInputs, kLargestInput);
  const Case c{{weights}, inputs, {0}};
  const std::int64_t product = std::int64_t{kMaxWeight} * kLargestInput >> 8;
  CHECK(dot_products(kScalarMixer, c)[0] ==
        static_cast<std::int32_t>(product * std::int64_t{kMaxMixerInputs} >> 8));
}

TEST_CASE("outputs are sums of products, each of them rounded down") {
  std::vector<std::int32_t> one_small(kInputGroup, 0);
  one_small[2] = kOneWeight / 2;
  std::vector<std::int32_t> inputs(kInputGroup, 256);  // 1.0 each
  inputs[2] = -3;
  const Case c{{std::vector<std::int32_t>(kInputGroup, kOneWeight), one_small}, inputs, {0, 0}};
  // 7 * 2^16 - 3 * 2^8 = 457984, and -3 * 2^15 >> 8 = -384; both >> 8.
  CHECK(dot_products(kScalarMixer, c) == std::vector<std::int32_t>{1789, -2});
}

TEST_CASE("a step moves a weight by input * error / 2^14, half rounded up") {
  const std::vector<std::int32_t> start(kInputGroup, 0);
  const std::vector<std::int32_t> inputs{256, -256, 128, -128, 127, -129, 0, 4095};
  const auto after = trained(kScalarMixer, Case{{start, start}, inputs, {64, 0}});
  CHECK(after[0] == std::vector<std::int32_t>{1, -1, 1, 0, 0, -1, 0, 16});
  CHECK(after[1] == start);  // an error of 0 leaves its set alone
}

TEST_CASE("weights move towards what the error says and stop at their limit") {
  const std::vector<std::int32_t> start{0, 0, kMaxWeight, -kMaxWeight, 100, 100, 0, 0};
  const std::vector<std::int32_t> inputs{256, -256, 4095, -4095, 0, 1, 4095, -4095};
  const auto after = trained(kScalarMixer, Case{{start}, inputs, {1 << 14}})[0];
  CHECK(after ==
        std::vector<std::int32_t>{256, -256, kMaxWeight, -kMaxWeight, 100, 101, 4095, -4095});
}

}  // namespace czip::v2
