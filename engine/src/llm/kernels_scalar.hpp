// The reference kernels of the czip-llm-v1 network: plain loops in the order of
// conformance/czip-network-llm.md. They define what every other level computes.
// simd/isa_scalar.cpp compiles them with the floating-point registers disabled where the compiler
// can.
#pragma once

#include <algorithm>

#include "llm/kernels.hpp"

namespace czip::llm {
namespace {

std::uint32_t largest(const std::int32_t* x, std::size_t n) {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < n; ++i)
    result = std::max(result, static_cast<std::uint32_t>(magnitude(x[i])));
  return result;
}

std::uint64_t sum_of_squares(const std::int32_t* x, std::size_t n, int shift) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t shifted = x[i] >> shift;
    sum += static_cast<std::uint64_t>(shifted * shifted);
  }
  return sum;
}

void quantize(const std::int32_t* x, std::size_t n, const Quantization& how, std::int8_t* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = quantized(x[i], how);
}

std::int32_t rescale_one(std::int32_t acc, const OutputScales& scales, std::size_t i) {
  const std::int32_t y = rescaled(acc, scales.scale[i], scales.how);
  return scales.bias == nullptr ? y : clamp_to(std::int64_t{y} + scales.bias[i], kBound);
}

void rescale(const std::int32_t* acc, std::size_t n, const OutputScales& scales, std::int32_t* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = rescale_one(acc[i], scales, i);
}

void add_rescaled(const std::int32_t* acc, std::size_t n, const OutputScales& scales,
                  std::int32_t* residual) {
  for (std::size_t i = 0; i < n; ++i)
    residual[i] = clamp_to(std::int64_t{residual[i]} + rescale_one(acc[i], scales, i), kBound);
}

void activate(const std::int32_t* gate, const std::int32_t* up, std::size_t n,
              const GateTable& table, std::int32_t* z) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t a = activation(clamp_to(gate[i], kHiddenBound), table);
    z[i] = up == nullptr ? ungated(a) : gated(a, clamp_to(up[i], kHiddenBound));
  }
}

void transform(std::int32_t* z, std::size_t n, std::size_t block, int shift) {
  for (std::size_t i = 0; i < n; ++i) z[i] = static_cast<std::int32_t>(round_shift(z[i], shift));
  for (std::size_t stride = 1; stride < block; stride *= 2)
    for (std::size_t i = 0; i < n; ++i) {
      if ((i & stride) != 0) continue;
      const std::int32_t a = z[i];
      const std::int32_t b = z[i + stride];
      z[i] = a + b;
      z[i + stride] = a - b;
    }
}

void rotate(std::int32_t* x, std::size_t half, const std::int16_t* cos, const std::int16_t* sin) {
  for (std::size_t i = 0; i < half; ++i) {
    const std::int32_t a = x[i];
    const std::int32_t b = x[i + half];
    x[i] = rotated_first(a, b, cos[i], sin[i]);
    x[i + half] = rotated_second(a, b, cos[i], sin[i]);
  }
}

void frequencies(const std::int32_t* logits, std::size_t n, std::int32_t largest_logit,
                 const WideExp2& exp2, std::uint32_t* y) {
  for (std::size_t i = 0; i < n; ++i)
    y[i] = frequency(static_cast<std::uint32_t>(largest_logit - logits[i]), exp2);
}

void attend_head(const AttentionInput& input, const std::int32_t* query,
                 const KeyValueWindow& window, const AttentionScratch& scratch, std::int32_t* out) {
  const std::size_t head_size = window.head_size;
  const int shift = query_shift(largest(query, head_size));
  std::int32_t most = INT32_MIN;
  for (std::size_t t = 0; t < input.slots; ++t) {
    std::int32_t score = 0;  // at most 256 * 2047 * 4095 < 2^31
    for (std::size_t i = 0; i < head_size; ++i)
      score += scored_query(query[i], shift) * window.keys[key_place(t, i, head_size)];
    scratch.scores[t] = score;
    most = std::max(most, score);
  }
  const auto weight = [&](std::size_t t) {
    return exp2_weight(score_gap(most, scratch.scores[t], input.score_shift - shift), *input.exp2);
  };
  std::uint64_t sum = 0;
  for (std::size_t t = 0; t < input.slots; ++t) sum += weight(t);
  const std::uint32_t factor = attention_factor(sum);
  for (std::size_t t = 0; t < input.slots; ++t)
    scratch.weights[t] = static_cast<std::int16_t>(attention_weight(weight(t), factor));
  for (std::size_t i = 0; i < head_size; ++i) {
    std::int32_t c = 0;  // at most 49152 * 32767 < 2^31
    for (std::size_t t = 0; t < input.slots; ++t)
      c += std::int32_t{scratch.weights[t]} * window.values[value_place(t, i, head_size)];
    out[i] = c;
  }
}

void attend(const AttentionInput& input, const KeyValueWindow& window,
            const AttentionScratch& scratch, std::int32_t* out) {
  for (std::size_t head = 0; head < input.heads; ++head)
    attend_head(input, input.queries + head * window.head_size, window, scratch,
                out + head * window.head_size);
}

constexpr Kernels make_scalar_kernels() {
  return {.largest = largest,
          .sum_of_squares = sum_of_squares,
          .quantize = quantize,
          .rescale = rescale,
          .add_rescaled = add_rescaled,
          .activate = activate,
          .transform = transform,
          .rotate = rotate,
          .frequencies = frequencies,
          .attend = attend};
}

}  // namespace
}  // namespace czip::llm
