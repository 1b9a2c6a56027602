#include "v2/scoring/savings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

#include "v2/scoring/decision_cost.hpp"

namespace czip::v2 {
namespace {

// Contributions have 2^24 units to one stretched unit; 2^8 are enough, and leave room for products.
constexpr int kContributionShift = 16;
constexpr int kUnitBits = 8;
// The sum of contributions differs from the output by no more than this through roundings alone.
constexpr std::int64_t kRoundings = std::int64_t{8} << kUnitBits;
// What one stretched unit saves where the probability is one half: 2^16 / (2 * 256 * ln 2) units,
// here with kUnitBits more.
constexpr std::int64_t kSavingAtHalf = 47'274;

PredictorPart part_of(std::size_t input, const InputLayout& layout) {
  if (input < layout.prior) return PredictorPart::lists;
  if (input < layout.matches) return PredictorPart::prior;
  if (input < layout.counters) return PredictorPart::matches;
  if (input < layout.bias) return PredictorPart::counters;
  const bool network = input == layout.network || input == layout.recurrent;
  return network ? PredictorPart::network : PredictorPart::rest;
}

// `contribution` * saving / whole, where the parts' contributions add up to `whole` and together
// save `saving`. |contribution| < 2^33 and |saving| < 2^21.
std::int64_t saving_of(std::int64_t contribution, std::int64_t saving, std::int64_t whole,
                       bool bit) {
  if (std::abs(whole) < std::int64_t{1} << kUnitBits)
    return (bit ? contribution : -contribution) * kSavingAtHalf >> (2 * kUnitBits);
  return contribution * saving / whole;
}

}  // namespace

void add_savings(const Mixer& mixer, const InputLayout& layout, const Logistic& logistic, bool bit,
                 std::uint32_t cost, PartSavings& savings) {
  std::array<std::int64_t, kMaxMixerInputs> contributions{};
  mixer.contributions(contributions);
  std::array<std::int64_t, kPredictorParts> parts{};
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < contributions.size(); ++i) {
    const std::int64_t contribution = contributions[i] >> kContributionShift;
    parts[static_cast<std::size_t>(part_of(i, layout))] += contribution;
    sum += contribution;
  }
  const std::int64_t output = std::int64_t{mixer.output()} << kUnitBits;
  // Where a layer's result was limited, the output is less than the sum.
  const bool limited = std::abs(sum - output) > kRoundings && std::abs(sum) > std::abs(output) / 2;
  const std::int64_t whole = limited ? sum : output;
  const std::uint32_t one = logistic.squash(mixer.output());
  const std::int64_t saving = std::int64_t{kCostOfBit} - decision_cost(bit, one);
  constexpr auto kRest = static_cast<std::size_t>(PredictorPart::rest);
  std::int64_t left = std::int64_t{kCostOfBit} - cost;
  for (std::size_t part = 0; part < kPredictorParts; ++part) {
    if (part == kRest) continue;
    const std::int64_t share = saving_of(parts[part], saving, whole, bit);
    const std::int64_t saved =
        std::clamp(savings[part] + share, std::int64_t{-kMaxSaving}, std::int64_t{kMaxSaving});
    left -= saved - savings[part];
    savings[part] = static_cast<std::int32_t>(saved);
  }
  // It is decisions * kCostOfBit, less the cost and the five other parts: below 2^31.
  savings[kRest] = static_cast<std::int32_t>(savings[kRest] + left);
}

}  // namespace czip::v2
