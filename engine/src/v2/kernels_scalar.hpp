// The reference kernels of the v2 network: plain loops in the order of
// conformance/czip-network-v2.md. They define what every other level computes.
// simd/isa_scalar.cpp compiles them with the floating-point registers disabled where the compiler
// can.
#pragma once

#include <algorithm>

#include "simd/dense_scalar.hpp"
#include "v2/kernels.hpp"

namespace czip::v2 {
namespace {

void embed(const std::int8_t* row, const std::int8_t* bigram, std::size_t n, int shift,
           std::int32_t* y) {
  for (std::size_t i = 0; i < n; ++i)
    y[i] = (row[i] + (bigram == nullptr ? 0 : bigram[i])) * (1 << shift);
}

void normalize_head(const std::int32_t* x, std::size_t n, const std::int16_t* gain,
                    std::int8_t* y) {
  std::uint64_t sum_of_squares = 0;  // below 2^48 * 4096
  for (std::size_t i = 0; i < n; ++i)
    sum_of_squares += static_cast<std::uint64_t>(std::int64_t{x[i]} * x[i]);
  const std::uint32_t inverse = inverse_rms(sum_of_squares, n);
  for (std::size_t i = 0; i < n; ++i) y[i] = normalized(x[i], inverse, gain[i]);
}

void normalize(const std::int32_t* x, std::size_t heads, std::size_t n, const std::int16_t* gain,
               std::int8_t* y) {
  for (std::size_t i = 0; i < heads * n; i += n) normalize_head(x + i, n, gain + i, y + i);
}

void requantize_values(const std::int32_t* x, std::size_t n, const ChannelRequantization& scale,
                       std::int8_t* y) {
  for (std::size_t i = 0; i < n; ++i)
    y[i] =
        static_cast<std::int8_t>(requantize(x[i], scale.multiplier[i], scale.shift, kValueBound));
}

void add_requantized(const std::int32_t* x, std::size_t n, const ChannelRequantization& scale,
                     std::int32_t* residual) {
  for (std::size_t i = 0; i < n; ++i)
    residual[i] += requantize(x[i], scale.multiplier[i], scale.shift, kResidualStep);
}

void activate(const std::int32_t* gate, const ChannelRequantization& gate_scale,
              const std::int32_t* value, const ChannelRequantization& value_scale, std::size_t n,
              std::int8_t* y) {
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = activated(
        requantize(gate[i], gate_scale.multiplier[i], gate_scale.shift, kActivationBound),
        requantize(value[i], value_scale.multiplier[i], value_scale.shift, kActivationBound));
  }
}

void activate_squared(const std::int32_t* x, const ChannelRequantization& scale, std::size_t n,
                      std::int8_t* y) {
  activate(x, scale, x, scale, n, y);
}

void requantize_logits(const std::int32_t* x, std::size_t n, std::int32_t multiplier, std::int32_t,
                       std::int32_t* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = requantize(x[i], multiplier, kLogitShift, kLogitBound);
}

// Keys and values: [slots][head_dim].
void append(const KeyValueRing& ring, std::size_t slot, const std::int8_t* key,
            const std::int8_t* value) {
  std::copy_n(key, ring.head_dim, ring.keys + slot * ring.head_dim);
  std::copy_n(value, ring.head_dim, ring.values + slot * ring.head_dim);
}

void attend_head(const AttentionInput& input, std::size_t head, const KeyValueRing& ring,
                 const AttentionScratch& scratch, std::int8_t* out) {
  const std::size_t head_dim = ring.head_dim;
  const std::int16_t* bias = input.slot_bias(head);
  std::int32_t largest = input.sink[head];
  for (std::size_t t = 0; t < input.slots; ++t) {
    scratch.scores[t] = attention_score(
        simd::dot(input.query + head * head_dim, ring.keys + t * head_dim, head_dim),
        input.score_scale[head], bias[t]);
    largest = std::max(largest, scratch.scores[t]);
  }
  const auto weight = [&](std::int32_t score) {
    return attention_weight(static_cast<std::uint32_t>(largest - score), *input.exp2);
  };
  std::uint32_t weight_sum = weight(input.sink[head]);  // the sink's value is zero
  for (std::size_t t = 0; t < input.slots; ++t) weight_sum += weight(scratch.scores[t]);
  const std::uint32_t factor =
      attention_factor(static_cast<std::uint32_t>(input.gain[head]), weight_sum);
  for (std::size_t i = 0; i < head_dim; ++i) {
    std::int32_t sum = 0;  // at most 255 * 127 * 4096 < 2^27
    for (std::size_t t = 0; t < input.slots; ++t)
      sum += static_cast<std::int32_t>(weight(scratch.scores[t])) * ring.values[t * head_dim + i];
    out[i] = attention_output(sum, factor);
  }
}

void attend(const AttentionInput& input, const KeyValueRing& ring, const AttentionScratch& scratch,
            std::int8_t* out) {
  for (std::size_t head = 0; head < input.heads; ++head)
    attend_head(input, head, ring, scratch, out + head * ring.head_dim);
}

void cumulative_frequencies(const std::int32_t* logits, std::size_t n, const Exp2Table& exp2,
                            std::uint32_t* cumulative) {
  const std::int32_t largest = *std::max_element(logits, logits + n);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    cumulative[i + 1] = logit_weight(static_cast<std::uint32_t>(largest - logits[i]), exp2);
    sum += cumulative[i + 1];
  }
  const int shift = frequency_shift(sum, n);
  cumulative[0] = 0;
  for (std::size_t i = 0; i < n; ++i)
    cumulative[i + 1] = cumulative[i] + std::max<std::uint32_t>(cumulative[i + 1] >> shift, 1);
}

constexpr Kernels make_scalar_kernels() {
  return {
      .embed = embed,
      .normalize = normalize,
      .requantize_values = requantize_values,
      .add_requantized = add_requantized,
      .activate = activate,
      .activate_squared = activate_squared,
      .requantize_logits = requantize_logits,
      .append = append,
      .attend = attend,
      .cumulative_frequencies = cumulative_frequencies,
  };
}

}  // namespace
}  // namespace czip::v2
