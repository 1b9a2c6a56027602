// The online softmax of czip-model-v1's attention in the dialect `rust`: the same steps in the same
// order as in the engine's reference kernels, on one row of scores.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/engine/integer_math.hpp"
#include "czip/engine/v1/functions.hpp"
#include "v1/network/shape.hpp"

namespace czip::v1::training {

class OnlineSoftmax {
 public:
  // Begins with the sink, whose value is zero.
  OnlineSoftmax(const Exp2Table& exp2, std::int32_t sink_score)
      : exp2_(exp2), maximum_(sink_score), sum_(weight(sink_score)) {}

  // Values are [scores.size()][64], modulo 2^32.
  void add(std::span<const std::int32_t> scores, const std::uint32_t* values) {
    for (std::size_t t = 0; t < scores.size(); ++t) {
      if (scores[t] > maximum_) raise(scores[t]);
      const std::uint32_t w = weight(scores[t]);
      sum_ += w;
      for (std::size_t i = 0; i < kHeadSize; ++i) mixed_[i] += w * values[t * kHeadSize + i];
    }
  }

  // The weight of a score in the sum at the end.
  [[nodiscard]] std::uint32_t weight(std::int32_t score) const {
    const std::uint32_t below =
        static_cast<std::uint32_t>(maximum_) - static_cast<std::uint32_t>(score);
    return exp_weight(below, kAttentionExpCoefficient, exp2_);
  }
  [[nodiscard]] std::uint64_t sum() const { return sum_; }

  void finish(float* out) const {
    for (std::size_t i = 0; i < kHeadSize; ++i)
      out[i] = saturate7(divide_rne_signed(static_cast<std::int32_t>(mixed_[i]), sum_));
  }

 private:
  void raise(std::int32_t maximum) {
    const std::uint64_t factor = weight_below(maximum);
    sum_ = (sum_ * factor + 32768) >> 16;
    for (std::uint32_t& value : mixed_) {
      const std::int64_t product =
          std::int64_t{static_cast<std::int32_t>(value)} * static_cast<std::int64_t>(factor);
      value = static_cast<std::uint32_t>((product >= 0 ? product + 32768 : product - 32768) >> 16);
    }
    maximum_ = maximum;
  }
  // What the present maximum weighs under a larger one.
  [[nodiscard]] std::uint32_t weight_below(std::int32_t larger) const {
    const std::uint32_t below =
        static_cast<std::uint32_t>(larger) - static_cast<std::uint32_t>(maximum_);
    return exp_weight(below, kAttentionExpCoefficient, exp2_);
  }

  const Exp2Table& exp2_;
  std::int32_t maximum_;
  std::uint64_t sum_;
  std::array<std::uint32_t, kHeadSize> mixed_{};
};

}  // namespace czip::v1::training
