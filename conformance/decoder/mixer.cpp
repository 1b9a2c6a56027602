#include "mixer.hpp"

#include <algorithm>
#include <utility>

namespace reference {

Mixer::Mixer(std::vector<std::int32_t> weights, std::vector<std::int32_t> final_weights,
             std::vector<std::size_t> sets, const Logistic& logistic)
    : weights_(std::move(weights)),
      final_weights_(std::move(final_weights)),
      sets_(std::move(sets)),
      logistic_(&logistic) {}

template <class Values>
std::int32_t Mixer::dot(const std::int32_t* weights, const Values& values) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sum += floor_shift(std::int64_t{weights[i]} * values[i], 8);
  return static_cast<std::int32_t>(floor_shift(sum, 8));
}

std::int32_t Mixer::mix(const Inputs& inputs, const Choice& choice, std::size_t final_choice) {
  inputs_ = inputs;
  choice_ = choice;
  final_choice_ = final_choice;
  std::size_t sets_before = 0;
  for (std::size_t j = 0; j < sets_.size(); ++j) {
    first_[j].weights = &weights_[(sets_before + choice[j]) * inputs.size()];
    first_[j].output = dot(first_[j].weights, inputs_);
    final_inputs_[j] = clamp(first_[j].output, kMaxStretch);
    sets_before += sets_[j];
  }
  final_.weights = &final_weights_[final_choice * final_inputs_.size()];
  final_.output = dot(final_.weights, final_inputs_);
  return output();
}

void Mixer::learn_bit(bool bit, std::int32_t rate) {
  for (std::size_t j = 0; j < sets_.size(); ++j) train(first_[j], inputs_, bit, rate);
  train(final_, final_inputs_, bit, kFinalRate);
}

template <class Values>
void Mixer::train(const Neuron& neuron, const Values& values, bool bit, std::int32_t rate) const {
  const std::int64_t missed =
      std::int64_t{bit ? kOne : 0} - std::int64_t{logistic_->squash(neuron.output)};
  const std::int64_t error = floor_shift(floor_shift(missed, 4) * rate, 10);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t step = floor_shift(values[i] * error + 8192, 14);
    neuron.weights[i] = clamp(neuron.weights[i] + static_cast<std::int32_t>(step), kMaxWeight);
  }
}

}  // namespace reference
