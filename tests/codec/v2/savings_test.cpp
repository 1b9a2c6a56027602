// What parts save of a token, where weights are such as no training gives.
#include "v2/scoring/savings.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/coding/profile.hpp"
#include "support/logistic.hpp"

namespace czip::v2 {
namespace {

constexpr InputLayout kLayout(kProfiles.back());
constexpr std::size_t kInputs = kLayout.total;
constexpr std::size_t kMixer = 1;
constexpr std::array<std::uint32_t, kMixerSelectors> kContext{};

std::int64_t sum_of(const PartSavings& savings) {
  std::int64_t sum = 0;
  for (const std::int32_t saving : savings) sum += saving;
  return sum;
}

}  // namespace

TEST_CASE("parts that cancel each other have limits, and what is beyond them goes to the rest") {
  // The counters want a one and the prior wants a zero, as much as they can; the match models
  // decide.
  std::vector<std::int32_t> weights(weight_sets(kMixer, kMixerSelectors) * kInputs);
  for (std::size_t set = 0; set < weight_sets(kMixer, kMixerSelectors); ++set) {
    std::int32_t* const of_set = &weights[set * kInputs];
    for (std::size_t i = 0; i < kPriorInputs; ++i) {
      of_set[kLayout.counters + i] = kMaxWeight;
      of_set[kLayout.prior + i] = -kMaxWeight;
    }
    of_set[kLayout.matches] = kOneWeight / 1024;
  }
  const std::vector<std::int32_t> final_weights(kFinalWeightSets[kMixer] * kInputGroup, kMaxWeight);
  Mixer mixer(SimdLevel::scalar);
  mixer.reset(kMixerSelectorSizes[kMixer], kInputs, weights, final_weights, test::logistic());
  for (std::size_t i = 0; i < kPriorInputs; ++i)
    mixer.inputs()[kLayout.counters + i] = mixer.inputs()[kLayout.prior + i] = kMaxStretch;
  mixer.inputs()[kLayout.matches] = kMaxStretch;
  mixer.select(kContext, 0);
  REQUIRE(mixer.mix() > 0);
  REQUIRE(mixer.mix() < kMaxStretch);

  constexpr std::uint32_t kCost = 50'000;
  constexpr std::int64_t kDecisions = 100;
  for (const bool bit : {true, false}) {
    PartSavings savings{};
    for (std::int64_t done = 1; done <= kDecisions; ++done) {
      add_savings(mixer, kLayout, test::logistic(), bit, kCost, savings);
      REQUIRE(sum_of(savings) == done * (std::int64_t{kCostOfBit} - kCost));
    }
    const std::int32_t most = bit ? kMaxSaving : -kMaxSaving;
    CHECK(savings[static_cast<std::size_t>(PredictorPart::counters)] == most);
    CHECK(savings[static_cast<std::size_t>(PredictorPart::prior)] == -most);
  }
}

TEST_CASE("each input's savings go to its part") {
  for (std::size_t input = 0; input < kInputs; ++input) {
    CAPTURE(input);
    std::vector<std::int32_t> weights(weight_sets(kMixer, kMixerSelectors) * kInputs);
    weights[input] = kOneWeight;
    std::vector<std::int32_t> final_weights(kFinalWeightSets[kMixer] * kInputGroup);
    final_weights[0] = kOneWeight;
    Mixer mixer(SimdLevel::scalar);
    mixer.reset(kMixerSelectorSizes[kMixer], kInputs, weights, final_weights, test::logistic());
    mixer.inputs()[input] = 512;
    mixer.select(kContext, 0);
    REQUIRE(mixer.mix() == 512);
    // A 1 of probability 1 / (1 + exp(-2)) costs 0.183 bits, so that 0.817 are saved.
    constexpr std::uint32_t kCost = 12'001;
    PartSavings savings{};
    add_savings(mixer, kLayout, test::logistic(), true, kCost, savings);
    // 16 lists, 3 of the prior, 2 matches, 4 counters, the bias, the two networks.
    const PredictorPart part = input < 16                   ? PredictorPart::lists
                               : input < 19                 ? PredictorPart::prior
                               : input < 21                 ? PredictorPart::matches
                               : input < 25                 ? PredictorPart::counters
                               : input == 26 || input == 27 ? PredictorPart::network
                                                            : PredictorPart::rest;
    CHECK(savings[static_cast<std::size_t>(part)] > 53'000);
    CHECK(savings[static_cast<std::size_t>(part)] < 54'000);
    CHECK(sum_of(savings) == std::int64_t{kCostOfBit} - kCost);
  }
}

}  // namespace czip::v2
