#include "czip/codec/v2/coding/mixer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <vector>

#include "czip/codec/v2/coding/profile.hpp"
#include "support/logistic.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kInputs = 24;
constexpr std::int32_t kOne = 65536;  // weights are Q16

// The sets that are chosen, and where they lie: among the candidate's 360 + 168 + 256 + 1024 + 1024
// sets and the tree's 768 + 64 + 384 + 1024 + 1024.
constexpr std::array<std::array<std::uint32_t, 5>, 2> kChosen{
    {{359, 2, 255, 7, 1023}, {3, 2, 383, 7, 1023}}};
constexpr std::array<std::array<std::size_t, 5>, 2> kChosenSet{
    {{359, 360 + 2, 528 + 255, 784 + 7, 1808 + 1023},
     {3, 768 + 2, 832 + 383, 1216 + 7, 2240 + 1023}}};
constexpr std::array<std::uint32_t, 2> kChosenFinal{31, 63};

class Fixture {
 public:
  explicit Fixture(std::size_t which = 1, std::size_t selectors = 5)
      : which_(which),
        selectors_(selectors),
        weights_(weight_sets(which, selectors) * kInputs, 0),
        final_weights_(kFinalWeightSets[which] * kInputGroup, 0) {}

  std::int32_t& weight(std::size_t chosen, std::size_t input) {
    return weights_[kChosenSet[which_][chosen] * kInputs + input];
  }
  std::int32_t& final_weight(std::size_t input) {
    return final_weights_[kChosenFinal[which_] * kInputGroup + input];
  }
  [[nodiscard]] Mixer mixer(std::int32_t rate = 256) const {
    Mixer mixer(SimdLevel::scalar);
    mixer.reset(std::span(kMixerSelectorSizes[which_]).first(selectors_), kInputs, weights_,
                final_weights_, test::logistic());
    mixer.select(kChosen[which_], kChosenFinal[which_]);
    mixer.set_rate(rate);
    return mixer;
  }
  // The weights that have changed, by number.
  [[nodiscard]] std::map<std::size_t, std::int32_t> changed(const Mixer& mixer) const {
    return changed(weights_, mixer.weights());
  }
  [[nodiscard]] std::map<std::size_t, std::int32_t> final_changed(const Mixer& mixer) const {
    return changed(final_weights_, mixer.final_weights());
  }

 private:
  static std::map<std::size_t, std::int32_t> changed(const std::vector<std::int32_t>& before,
                                                     std::span<const std::int32_t> after) {
    std::map<std::size_t, std::int32_t> changed;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i] != after[i]) changed[i] = after[i];
    }
    return changed;
  }

  std::size_t which_;
  std::size_t selectors_;
  std::vector<std::int32_t> weights_;
  std::vector<std::int32_t> final_weights_;
};

constexpr std::size_t number(std::size_t chosen, std::size_t input) {
  return kChosenSet[1][chosen] * kInputs + input;
}
constexpr std::size_t final_number(std::size_t input) {
  return kChosenFinal[1] * kInputGroup + input;
}

}  // namespace

TEST_CASE("the candidate's mixer and the tree's have sets of their own numbers") {
  CHECK(weight_sets(0, 5) == 2832);
  CHECK(weight_sets(1, 5) == 3264);
  CHECK(weight_sets(0, 3) == 360 + 168 + 256);
  CHECK(weight_sets(1, 3) == 768 + 64 + 384);
  CHECK(kFinalWeightSets == std::array<std::size_t, 2>{32, 64});
}

TEST_CASE("the chosen sets mix the inputs, the chosen final set what they say") {
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    Fixture f(which);
    f.weight(0, 0) = kOne;
    f.weight(0, 23) = kOne / 2;
    f.weight(1, 0) = -kOne;
    f.weight(3, 23) = 3 * kOne;
    f.final_weight(0) = kOne;
    f.final_weight(1) = kOne / 2;
    f.final_weight(3) = kOne / 4;
    Mixer mixer = f.mixer();
    mixer.inputs()[0] = 256;
    mixer.inputs()[23] = -100;
    // 256 - 50 = 206, -256, 0, -300, 0; then 206 - 128 - 75
    CHECK(mixer.mix() == 3);
    CHECK(mixer.output() == 3);
  }
}

TEST_CASE("a mixer of fewer selectors has the sets of the first ones, and final inputs of these") {
  Fixture f(1, 3);
  for (std::size_t s = 0; s < 3; ++s) f.weight(s, 0) = kOne;
  for (std::size_t s = 0; s < 5; ++s) f.final_weight(s) = kOne / 4;
  Mixer mixer = f.mixer();
  mixer.inputs()[0] = 256;
  CHECK(mixer.mix() == 192);  // not of five
  mixer.update(true);
  CHECK(f.changed(mixer).size() == 3);
  CHECK(f.final_changed(mixer).size() == 3);
}

TEST_CASE("products are rounded down at 8 bits, and their sum again") {
  Fixture f;
  f.weight(0, 0) = 1;
  f.weight(0, 1) = -1;
  f.weight(1, 0) = 255;
  f.final_weight(0) = kOne;
  f.final_weight(1) = 100 * kOne / 13;  // 504123
  Mixer mixer = f.mixer();
  mixer.inputs()[0] = 2047;
  mixer.inputs()[1] = 255;
  // Set 0: 2047 >> 8 = 7, -255 >> 8 = -1: 6 >> 8 = 0. Set 1: 255 * 2047 = 521985 >> 8 = 2039, >> 8
  // = 7. Final: 504123 * 7 = 3528861 >> 8 = 13784, >> 8 = 53.
  CHECK(mixer.mix() == 53);
  // Now -6 >> 8 = -1 for the sum of set 0; it and set 1's -8: 1 * 65536 * -1 >> 16 = -1 and
  // 504123 * -8 = -4032984 >> 8 = -15754 (rounded down); (-256 - 15754) >> 8 = -63 (-62.5).
  mixer.inputs()[0] = -2047;
  mixer.inputs()[1] = -255;
  // Set 0: -2047 >> 8 = -8, 255 >> 8 = 0: -8 >> 8 = -1. Set 1: -521985 >> 8 = -2040, >> 8 = -8.
  CHECK(mixer.mix() == -63);
}

TEST_CASE("what both layers say is limited to 4095") {
  Fixture f;
  f.weight(0, 0) = 7 * kOne;
  f.weight(1, 0) = -7 * kOne;
  f.final_weight(0) = kOne / 2;
  const auto mixed = [&f] {
    Mixer mixer = f.mixer();
    mixer.inputs()[0] = 4095;
    return mixer.mix();
  };
  CHECK(mixed() == 2047);  // half of 4095, not of 28665
  f.final_weight(0) = 2 * kOne;
  CHECK(mixed() == 4095);
  f.final_weight(0) = 0;
  f.final_weight(1) = 2 * kOne;
  CHECK(mixed() == -4095);
}

TEST_CASE("each set learns from its own error, at the rate; the final set at 20") {
  Fixture f;
  for (std::size_t s = 0; s < 4; ++s) f.weight(s, 0) = kOne;
  f.weight(4, 0) = -kOne;
  for (std::size_t s = 0; s < 5; ++s) f.final_weight(s) = kOne / 4;
  Mixer mixer = f.mixer(256);
  mixer.inputs()[0] = 256;
  mixer.inputs()[5] = -80;
  // 256 four times and -256; then 4 * 64 - 64
  REQUIRE(mixer.mix() == 192);
  mixer.update(true);
  // squash(256) = 3066282 (logistic_test.cpp); (4194304 - 3066282) >> 4 = 70501 (70501.4);
  // error = 70501 * 256 >> 10 = 17625 (17625.25)
  //   (256 * 17625 + 8192) >> 14 = 4520192 >> 14 = 275
  //   (-80 * 17625 + 8192) >> 14 = -1401808 >> 14 = -86 (-85.6, rounded down)
  // squash(-256) = 1128022: 191642 (191642.6); error = 191642 * 256 >> 10 = 47910 (47910.5)
  //   (256 * 47910 + 8192) >> 14 = 12273152 >> 14 = 749
  //   (-80 * 47910 + 8192) >> 14 = -3824608 >> 14 = -234 (-233.4)
  std::map<std::size_t, std::int32_t> expected;
  for (std::size_t s = 0; s < 4; ++s) {
    expected[number(s, 0)] = kOne + 275;
    expected[number(s, 5)] = -86;
  }
  expected[number(4, 0)] = -kOne + 749;
  expected[number(4, 5)] = -234;
  CHECK(f.changed(mixer) == expected);
  // squash(192) = 2848682 (2^22 / (1 + exp(-0.75)) = 2848681.9): 84101 (84101.4);
  // error = 84101 * 20 >> 10 = 1642 (1642.6)
  //   (256 * 1642 + 8192) >> 14 = 428544 >> 14 = 26; (-256 * 1642 + 8192) >> 14 = -26 (-25.2)
  std::map<std::size_t, std::int32_t> expected_final;
  for (std::size_t s = 0; s < 4; ++s) expected_final[final_number(s)] = kOne / 4 + 26;
  expected_final[final_number(4)] = kOne / 4 - 26;
  CHECK(f.final_changed(mixer) == expected_final);
}

TEST_CASE("a 0 moves the weights the other way, errors rounded down") {
  Fixture f;
  f.weight(2, 7) = kOne;
  f.final_weight(2) = kOne;
  Mixer mixer = f.mixer(100);
  mixer.inputs()[7] = 101;
  REQUIRE(mixer.mix() == 101);
  mixer.update(false);
  // squash(101) = 2505564: -156598 (-156597.75, rounded down); -156598 * 100 >> 10 = -15293
  // (-15292.8)
  //   (101 * -15293 + 8192) >> 14 = -1536401 >> 14 = -94 (-93.8)
  // The others said 0: -131072 * 100 >> 10 = -12800; (101 * -12800 + 8192) >> 14 = -79 (-78.4)
  std::map<std::size_t, std::int32_t> expected{{number(0, 7), -79},
                                               {number(1, 7), -79},
                                               {number(2, 7), kOne - 94},
                                               {number(3, 7), -79},
                                               {number(4, 7), -79}};
  CHECK(f.changed(mixer) == expected);
  // -156598 * 20 >> 10 = -3059 (-3058.6); (101 * -3059 + 8192) >> 14 = -300767 >> 14 = -19 (-18.4)
  CHECK(f.final_changed(mixer) ==
        std::map<std::size_t, std::int32_t>{{final_number(2), kOne - 19}});
}

TEST_CASE("a set that said more than the limit has an error of the limit") {
  Fixture f;
  f.weight(0, 0) = 7 * kOne;  // says 28665
  Mixer mixer = f.mixer(256);
  mixer.inputs()[0] = 4095;
  REQUIRE(mixer.mix() == 0);
  mixer.update(false);
  // squash is 4194303: -262144 (-262143.9) * 256 >> 10 = -65536; (4095 * -65536 + 8192) >> 14 =
  // -16380 (-16379.5)
  CHECK(f.changed(mixer).at(number(0, 0)) == 7 * kOne - 16380);
}

TEST_CASE(
    "contributions are inputs times the weights of both layers, and add up to what is mixed") {
  Fixture f;
  f.weight(0, 0) = kOne;
  f.weight(0, 23) = kOne / 2;
  f.weight(1, 0) = -kOne;
  f.final_weight(0) = kOne;
  f.final_weight(1) = kOne / 2;
  Mixer mixer = f.mixer();
  mixer.inputs()[0] = 256;
  mixer.inputs()[23] = -100;
  REQUIRE(mixer.mix() == 78);  // 206 - 128
  std::array<std::int64_t, kMaxMixerInputs> parts{};
  mixer.contributions(parts);
  CHECK(parts[0] == std::int64_t{128} << 24);
  CHECK(parts[23] == -(std::int64_t{50} << 24));
  CHECK(parts[1] == 0);
}

TEST_CASE("weights stay below 8") {
  Fixture f;
  f.weight(0, 0) = kMaxWeight;
  f.weight(1, 0) = -kMaxWeight;
  Mixer mixer = f.mixer(256);
  mixer.inputs()[0] = 1;
  static_cast<void>(mixer.mix());
  mixer.update(true);
  CHECK_FALSE(f.changed(mixer).contains(number(0, 0)));
  CHECK(f.changed(mixer).contains(number(1, 0)));
  CHECK(kMaxWeight == 524287);
}

}  // namespace czip::v2
