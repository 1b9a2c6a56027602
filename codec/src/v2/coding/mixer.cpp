#include "czip/codec/v2/coding/mixer.hpp"

#include <algorithm>

namespace czip::v2 {
namespace {

static_assert(kMixerSelectors <= kMaxSets);
static_assert(kMixerSelectors <= kInputGroup);  // the second layer's inputs

constexpr std::size_t kPrefetchedWeights = 16;  // a cache line

// |error| >> 4 is below 2^18, so that for rates up to 1023 the product is below 2^28 and the result
// below 2^18.
std::int32_t scaled_error(bool bit, std::uint32_t p, std::int32_t rate) {
  const std::int32_t target = bit ? static_cast<std::int32_t>(kProbabilityOne) : 0;
  return ((target - static_cast<std::int32_t>(p)) >> kErrorShift) * rate >> kRateShift;
}

}  // namespace

void Mixer::reset(std::span<const std::size_t> selector_sizes, std::size_t input_count,
                  std::span<const std::int32_t> weights,
                  std::span<const std::int32_t> final_weights, const Logistic& logistic) {
  logistic_ = &logistic;
  selectors_ = selector_sizes.size();
  std::ranges::copy(selector_sizes, selector_sizes_.begin());
  final_inputs_.fill(0);
  input_count_ = input_count;
  weights_.assign(weights.begin(), weights.end());
  final_weights_.assign(final_weights.begin(), final_weights.end());
  inputs_.fill(0);
}

void Mixer::select(const std::array<std::uint32_t, kMixerSelectors>& context,
                   std::uint32_t final_context) {
  std::int32_t* first = weights_.data();
  for (std::size_t s = 0; s < selectors_; ++s) {
    sets_[s] = first + context[s] * input_count_;
    for (std::size_t i = 0; i < input_count_; i += kPrefetchedWeights)
      __builtin_prefetch(sets_[s] + i, 1);
    first += selector_sizes_[s] * input_count_;
  }
  final_set_ = &final_weights_[final_context * kInputGroup];
}

std::int32_t Mixer::mix() {
  kernels_->dot_products(sets_.data(), selectors_, inputs_.data(), input_count_, outputs_.data());
  for (std::size_t s = 0; s < selectors_; ++s) {
    final_inputs_[s] = std::clamp(outputs_[s], -kMaxStretch, kMaxStretch);
  }
  kernels_->dot_products(&final_set_, 1, final_inputs_.data(), kInputGroup, &output_);
  output_ = std::clamp(output_, -kMaxStretch, kMaxStretch);
  return output_;
}

void Mixer::update(bool bit) {
  std::array<std::int32_t, kMixerSelectors> errors;
  for (std::size_t s = 0; s < selectors_; ++s) {
    errors[s] = scaled_error(bit, logistic_->squash(outputs_[s]), rate_);
  }
  kernels_->train(sets_.data(), selectors_, inputs_.data(), input_count_, errors.data());
  const std::int32_t error = scaled_error(bit, logistic_->squash(output_), kFinalRate);
  kernels_->train(&final_set_, 1, final_inputs_.data(), kInputGroup, &error);
}

void Mixer::contributions(std::span<std::int64_t, kMaxMixerInputs> parts) const {
  // weight * input < 2^31; >> 8 and times a weight: below 2^42 for each selector.
  for (std::size_t i = 0; i < input_count_; ++i) {
    parts[i] = 0;
    for (std::size_t s = 0; s < selectors_; ++s) {
      const std::int64_t product = std::int64_t{sets_[s][i]} * inputs_[i] >> kMixerProductShift;
      parts[i] += product * final_set_[s];
    }
  }
}

}  // namespace czip::v2
