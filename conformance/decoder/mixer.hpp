// czip-v2-coding.md, section 9: mixers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "functions.hpp"

namespace reference {

// Stretched probabilities, 8 fractional bits.
using Inputs = std::vector<std::int32_t>;

class Mixer {
 public:
  using Choice = std::array<std::size_t, kMaxSelectors>;

  // The weights of the sets of all selectors, and those of the second layer. sets[j]: the number of
  // sets of selector j.
  Mixer(std::vector<std::int32_t> weights, std::vector<std::int32_t> final_weights,
        std::vector<std::size_t> sets, const Logistic& logistic);
  // choice[j]: the weight set of selector j; final_choice: that of the second layer. The result is
  // within +-kMaxStretch.
  std::int32_t mix(const Inputs& inputs, const Choice& choice, std::size_t final_choice);
  void learn_bit(bool bit, std::int32_t rate);

  [[nodiscard]] std::size_t selectors() const { return sets_.size(); }
  // Of the last mix().
  [[nodiscard]] const Inputs& inputs() const { return inputs_; }
  [[nodiscard]] const Choice& choice() const { return choice_; }
  [[nodiscard]] std::size_t final_choice() const { return final_choice_; }
  [[nodiscard]] std::int32_t output_of(std::size_t selector) const {
    return first_[selector].output;
  }
  [[nodiscard]] std::int32_t output() const { return clamp(final_.output, kMaxStretch); }

 private:
  // One selected weight set and its output, before any clamp.
  struct Neuron {
    std::int32_t* weights = nullptr;
    std::int32_t output = 0;
  };
  template <class Values>
  static std::int32_t dot(const std::int32_t* weights, const Values& values);
  template <class Values>
  void train(const Neuron& neuron, const Values& values, bool bit, std::int32_t rate) const;

  std::vector<std::int32_t> weights_;
  std::vector<std::int32_t> final_weights_;
  std::vector<std::size_t> sets_;
  const Logistic* logistic_;
  Inputs inputs_;
  std::array<std::int32_t, kFinalInputs> final_inputs_{};
  std::array<Neuron, kMaxSelectors> first_;
  Choice choice_{};
  std::size_t final_choice_ = 0;
  Neuron final_;
};

}  // namespace reference
