#include "czip/codec/v2/llm/refined_probability.hpp"

namespace czip::v2 {
namespace {

// Knots are kStretchOne apart.
constexpr std::int32_t kLowest = -static_cast<std::int32_t>(kLlmKnots / 2) * kStretchOne;
static_assert(kLowest < -kMaxStretch && -kLowest > kMaxStretch);

}  // namespace

void RefinedProbability::reset(std::size_t contexts, const Logistic& logistic) {
  std::vector<AdaptiveProbability> of_one;
  for (std::size_t i = 0; i < kLlmKnots; ++i) {
    const std::uint32_t p = logistic.squash(kLowest + static_cast<std::int32_t>(i) * kStretchOne);
    of_one.emplace_back(p << kAdaptiveCountBits | kLlmKnotPrior);
  }
  knots_.clear();
  knots_.reserve(contexts * kLlmKnots);
  for (std::size_t c = 0; c < contexts; ++c)
    knots_.insert(knots_.end(), of_one.begin(), of_one.end());
}

std::int32_t RefinedProbability::refine(std::size_t context, std::int32_t stretched,
                                        const Logistic& logistic) {
  const auto above = static_cast<std::uint32_t>(stretched - kLowest);
  constexpr std::uint32_t kStep = kStretchOne;
  lower_ = context * kLlmKnots + above / kStep;
  const auto weight = static_cast<std::int32_t>(above % kStep);
  const std::int32_t low = logistic.stretch(knots_[lower_].p());
  const std::int32_t high = logistic.stretch(knots_[lower_ + 1].p());
  return (low * (kStretchOne - weight) + high * weight) / kStretchOne;
}

}  // namespace czip::v2
