// What parts save of a token, where weights are such as no training gives.
#include "v2/scoring/savings.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/coding/profile.hpp"
#include "support/linear_logistic.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kInputs = kProfiles.front().inputs();
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
  std::vector<std::int32_t> weights(kWeightSets * kInputs);
  for (std::size_t set = 0; set < kWeightSets; ++set) {
    std::int32_t* const of_set = &weights[set * kInputs];
    for (std::size_t i = 0; i < kCounterInputs; ++i) {
      of_set[kFirstCounterInput + i] = kMaxWeight;
      of_set[kFirstPriorInput + i] = -kMaxWeight;
    }
    of_set[kFirstMatchInput] = kOneWeight / 1024;
  }
  const std::vector<std::int32_t> final_weights(kFinalWeightSets * kInputGroup, kMaxWeight);
  const Logistic logistic = test::linear_logistic();
  Mixer mixer(kInputs, weights, final_weights, logistic, SimdLevel::scalar);
  for (std::size_t i = 0; i < kCounterInputs; ++i)
    mixer.inputs()[kFirstCounterInput + i] = mixer.inputs()[kFirstPriorInput + i] = kMaxInput;
  mixer.inputs()[kFirstMatchInput] = kMaxInput;
  mixer.select(kContext, 0);
  REQUIRE(mixer.mix() > 0);
  REQUIRE(mixer.mix() < kStretchOne);

  constexpr std::uint32_t kCost = 50'000;
  constexpr std::int64_t kDecisions = 100;
  for (const bool bit : {true, false}) {
    PartSavings savings{};
    for (std::int64_t done = 1; done <= kDecisions; ++done) {
      add_savings(mixer, logistic, bit, kCost, savings);
      REQUIRE(sum_of(savings) == done * (std::int64_t{kCostOfBit} - kCost));
    }
    const std::int32_t most = bit ? kMaxSaving : -kMaxSaving;
    CHECK(savings[static_cast<std::size_t>(PredictorPart::counters)] == most);
    CHECK(savings[static_cast<std::size_t>(PredictorPart::prior)] == -most);
  }
}

}  // namespace czip::v2
