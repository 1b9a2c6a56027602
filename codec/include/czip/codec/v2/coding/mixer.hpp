// Two layers of gated logistic mixing (paq8: Mahoney 2005, "Adaptive Weighing of Context Models").
// In the first, each of five selectors picks one of its weight sets by a small context, and each
// set picked mixes all inputs. In the second, one weight set mixes their outputs.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {

class Mixer {
 public:
  explicit Mixer(SimdLevel simd) : kernels_(&mixer_kernels(simd)) {}

  // Begins with all inputs 0. `selector_sizes`, at most kMixerSelectors, are the numbers of sets of
  // each selector; weights [their sum][input_count] and final_weights [final sets][kInputGroup] are
  // Q16. `logistic` must outlive the use of the mixer.
  void reset(std::span<const std::size_t> selector_sizes, std::size_t input_count,
             std::span<const std::int32_t> weights, std::span<const std::int32_t> final_weights,
             const Logistic& logistic);

  // Stretched, within +-kMaxStretch; they stay as they are until they are set again.
  [[nodiscard]] std::span<std::int32_t> inputs() { return std::span(inputs_).first(input_count_); }

  // The first layer's learning rate from here on, at most 1023: an update moves a weight by
  // input * error * rate / 2^22, with the error in Q16.
  void set_rate(std::int32_t rate) { rate_ = rate; }
  // Selectors past the mixer's take no part. context[s] is below the selector's size, final_context
  // below the number of final sets.
  void select(const std::array<std::uint32_t, kMixerSelectors>& context,
              std::uint32_t final_context);
  // The mixed prediction, stretched, within +-kMaxStretch.
  std::int32_t mix();
  void update(bool bit);
  // Each input's part of the last mix(): the input times its weights of both layers, stretched,
  // with 2^24 units to one of mix()'s. Their sum differs from mix() by roundings, and where a
  // layer's result was limited.
  void contributions(std::span<std::int64_t, kMaxMixerInputs> parts) const;
  // The last mix().
  [[nodiscard]] std::int32_t output() const { return output_; }

  // What went into the last mix(), for those who look on: the inputs, and of each of the mixer's
  // selectors the weight set that it picked and what that gave, before any limit.
  struct Trace {
    std::span<const std::int32_t> inputs;
    std::array<std::size_t, kMixerSelectors> sets{};
    std::size_t final_set = 0;
    std::span<const std::int32_t> outputs;  // one for each selector
  };
  [[nodiscard]] Trace trace() const;

  [[nodiscard]] std::span<std::int32_t> weights_to_restore() { return weights_; }
  [[nodiscard]] std::span<std::int32_t> final_weights_to_restore() { return final_weights_; }
  [[nodiscard]] std::span<const std::int32_t> weights() const { return weights_; }
  [[nodiscard]] std::span<const std::int32_t> final_weights() const { return final_weights_; }

 private:
  const Logistic* logistic_ = nullptr;
  std::array<std::size_t, kMixerSelectors> selector_sizes_{};
  std::size_t selectors_ = 0;
  const MixerKernels* kernels_;
  std::size_t input_count_ = 0;
  std::vector<std::int32_t> weights_;
  std::vector<std::int32_t> final_weights_;
  alignas(64) std::array<std::int32_t, kMaxMixerInputs> inputs_{};
  alignas(64) std::array<std::int32_t, kInputGroup> final_inputs_{};
  std::array<std::int32_t*, kMixerSelectors> sets_{};
  std::int32_t* final_set_ = nullptr;
  std::array<std::int32_t, kMixerSelectors> outputs_{};
  std::int32_t output_ = 0;
  std::int32_t rate_ = 0;
};

inline Mixer::Trace Mixer::trace() const {
  Trace trace{.inputs = std::span(inputs_).first(input_count_),
              .outputs = std::span(outputs_).first(selectors_)};
  const std::int32_t* first = weights_.data();
  for (std::size_t s = 0; s < selectors_; ++s) {
    trace.sets[s] = static_cast<std::size_t>(sets_[s] - first) / input_count_;
    first += selector_sizes_[s] * input_count_;
  }
  trace.final_set = static_cast<std::size_t>(final_set_ - final_weights_.data()) / kInputGroup;
  return trace;
}

}  // namespace czip::v2
