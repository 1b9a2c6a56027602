// Two layers of gated mixing (paq8): several sets of weights, each chosen by its own small context,
// mix all inputs; a last set mixes what they say.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"

namespace czip::v2 {

inline constexpr std::size_t kSelectors = 5;
inline constexpr std::array<std::size_t, kSelectors> kSelectorSizes{768, 64, 384, 1024, 1024};
inline constexpr std::size_t kSets = 768 + 64 + 384 + 1024 + 1024;
inline constexpr std::size_t kFinalSets = 64;

class Mixer {
 public:
  // weights: [kSets][input_count]; final_weights: [kFinalSets][kInputGroup]; both 16.16.
  Mixer(std::size_t input_count, std::span<const std::int32_t> weights,
        std::span<const std::int32_t> final_weights, const Logistic& logistic, SimdLevel simd);

  [[nodiscard]] std::span<std::int32_t> inputs() { return std::span(inputs_).first(input_count_); }

  // How fast the weights learn from here on: 256 moves a weight by input * error / 2^14.
  void set_rate(std::int32_t rate) { rate_ = rate; }
  // context[s] is below kSelectorSizes[s], final_context below kFinalSets.
  void select(const std::array<std::uint32_t, kSelectors>& context, std::uint32_t final_context);
  // Stretched, within +-kMaxStretch.
  std::int32_t mix();
  void update(bool bit);

  [[nodiscard]] std::span<const std::int32_t> weights() const { return weights_; }
  [[nodiscard]] std::span<const std::int32_t> final_weights() const { return final_weights_; }

 private:
  const Logistic* logistic_;
  const MixerKernels* kernels_;
  std::size_t input_count_;
  std::vector<std::int32_t> weights_;
  std::vector<std::int32_t> final_weights_;
  alignas(64) std::array<std::int32_t, kMaxMixerInputs> inputs_{};
  alignas(64) std::array<std::int32_t, kInputGroup> final_inputs_{};
  std::array<std::int32_t*, kSelectors> sets_{};
  std::int32_t* final_set_ = nullptr;
  std::array<std::int32_t, kSelectors> outputs_{};
  std::int32_t output_ = 0;
  std::int32_t rate_ = 0;
};

}  // namespace czip::v2
