#include "czip/codec/v2/coding/mixer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <vector>

#include "support/linear_logistic.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kInputs = 24;
constexpr std::int32_t kOne = 65536;  // weights are Q16

// The sets that are chosen, and where they lie among the 768 + 64 + 384 + 1024 + 1024.
constexpr std::array<std::uint32_t, 5> kChosen{3, 2, 383, 7, 1023};
constexpr std::array<std::size_t, 5> kChosenSet{3, 768 + 2, 832 + 383, 1216 + 7, 2240 + 1023};
constexpr std::uint32_t kChosenFinal = 63;

class Fixture {
 public:
  Fixture()
      : weights_(kWeightSets * kInputs, 0), final_weights_(kFinalWeightSets * kInputGroup, 0) {}

  std::int32_t& weight(std::size_t chosen, std::size_t input) {
    return weights_[kChosenSet[chosen] * kInputs + input];
  }
  std::int32_t& final_weight(std::size_t input) {
    return final_weights_[kChosenFinal * kInputGroup + input];
  }
  [[nodiscard]] Mixer mixer(std::int32_t rate = 256) const {
    Mixer mixer(kInputs, weights_, final_weights_, logistic_, SimdLevel::scalar);
    mixer.select(kChosen, kChosenFinal);
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

  Logistic logistic_ = test::linear_logistic();
  std::vector<std::int32_t> weights_;
  std::vector<std::int32_t> final_weights_;
};

constexpr std::size_t number(std::size_t chosen, std::size_t input) {
  return kChosenSet[chosen] * kInputs + input;
}
constexpr std::size_t final_number(std::size_t input) { return kChosenFinal * kInputGroup + input; }

}  // namespace

TEST_CASE("the chosen sets mix the inputs, the chosen final set what they say") {
  Fixture f;
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

TEST_CASE("what the first layer says is limited to 2047, what the second says to 2815") {
  Fixture f;
  f.weight(0, 0) = 7 * kOne;
  f.weight(1, 0) = -7 * kOne;
  f.final_weight(0) = kOne;
  Mixer first = f.mixer();
  first.inputs()[0] = 2047;
  CHECK(first.mix() == 2047);
  f.final_weight(0) = 2 * kOne;
  Mixer second = f.mixer();
  second.inputs()[0] = 2047;
  CHECK(second.mix() == 2815);
  f.final_weight(0) = 0;
  f.final_weight(1) = 2 * kOne;
  Mixer negative = f.mixer();
  negative.inputs()[0] = 2047;
  CHECK(negative.mix() == -2815);
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
  // squash(256) = 32768 + 16 * 256 = 36864; error = (65536 - 36864) * 256 >> 8 = 28672
  //   (256 * 28672 + 8192) >> 14 = 7348224 >> 14 = 448
  //   (-80 * 28672 + 8192) >> 14 = -2285568 >> 14 = -140 (-139.5, rounded down)
  // squash(-256) = 28672; error = 36864
  //   (256 * 36864 + 8192) >> 14 = 576; (-80 * 36864 + 8192) >> 14 = -2940928 >> 14 = -180
  std::map<std::size_t, std::int32_t> expected;
  for (std::size_t s = 0; s < 4; ++s) {
    expected[number(s, 0)] = kOne + 448;
    expected[number(s, 5)] = -140;
  }
  expected[number(4, 0)] = -kOne + 576;
  expected[number(4, 5)] = -180;
  CHECK(f.changed(mixer) == expected);
  // squash(192) = 35840; error = (65536 - 35840) * 20 >> 8 = 593920 >> 8 = 2320
  //   (256 * 2320 + 8192) >> 14 = 602112 >> 14 = 36; (-256 * 2320 + 8192) >> 14 = -36 (-35.75)
  std::map<std::size_t, std::int32_t> expected_final;
  for (std::size_t s = 0; s < 4; ++s) expected_final[final_number(s)] = kOne / 4 + 36;
  expected_final[final_number(4)] = kOne / 4 - 36;
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
  // squash(101) = 34384: -34384 * 100 >> 8 = -13432 (-13431.25, rounded down)
  //   (101 * -13432 + 8192) >> 14 = -1348440 >> 14 = -83 (-82.3)
  // The others said 0: -32768 * 100 >> 8 = -12800; (101 * -12800 + 8192) >> 14 = -79 (-78.4)
  std::map<std::size_t, std::int32_t> expected{{number(0, 7), -79},
                                               {number(1, 7), -79},
                                               {number(2, 7), kOne - 83},
                                               {number(3, 7), -79},
                                               {number(4, 7), -79}};
  CHECK(f.changed(mixer) == expected);
  // -34384 * 20 >> 8 = -2687 (-2686.25); (101 * -2687 + 8192) >> 14 = -263195 >> 14 = -17 (-16.1)
  CHECK(f.final_changed(mixer) ==
        std::map<std::size_t, std::int32_t>{{final_number(2), kOne - 17}});
}

TEST_CASE("the first layer's error is of what a set said, not of what was left of it") {
  Fixture f;
  f.weight(0, 0) = 7 * kOne;  // says 14329, passes on 2047
  f.final_weight(0) = kOne;
  Mixer mixer = f.mixer(256);
  mixer.inputs()[0] = 2047;
  REQUIRE(mixer.mix() == 2047);
  mixer.update(false);
  // squash(14329) = 65535: -65535; (2047 * -65535 + 8192) >> 14 = -134141953 >> 14 = -8188
  // (-8187.4); squash(2047) = 65520 would give -8186.
  CHECK(f.changed(mixer).at(number(0, 0)) == 7 * kOne - 8188);
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
