// The loops of a czip-model-v2 network's training, one table of functions for each instruction set.
// Vectors of fp32 numbers; those that the engine has as integers hold the same integers.
//
// The functions of the forward pass are those of conformance/czip-network-v2.md. Their gradients
// are those of the functions without rounding, except that a saturated value passes no gradient
// that would push it further out (straight-through estimator: Bengio et al. 2013).
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/engine/v2/constants.hpp"
#include "nn/isa.hpp"

namespace czip::v2::training {

// `rows` x `n` elements, rows `stride` apart. y = requantize(x, multiplier, shift, bound).
struct RequantizeShape {
  std::size_t rows, n, stride;
  int shift;
  float bound;
};

// A logit's unit, 1/64 of a power of two, as a natural logarithm.
inline constexpr float kLn2Over64 = 0.010830424696249145F;

// Scores this much or more below the largest have weight 0.
inline constexpr std::int32_t kScoreRange = (kLastAttentionOctave + 1) * kExp2Entries;

// One head's attention of each of `tokens` tokens to itself and those before it. Matrices are
// [tokens][tokens], row by row, of which only the columns up to the row's number count.
struct AttentionHead {
  std::size_t tokens, head_dim, out_stride;
  float score_scale, sink, gain;
};

struct Kernels {
  // One row of a norm, given 2^32 / root mean square in Q2.
  void (*normalize_row)(std::size_t n, double inverse, const float* x, const float* gain, float* y);

  void (*requantize)(const RequantizeShape& shape, const float* x, const float* multiplier,
                     float* y);
  // residual += requantize(x); the residual's rows are n apart.
  void (*add_requantized)(const RequantizeShape& shape, const float* x, const float* multiplier,
                          float* residual);
  // dx = ...; dmultiplier += .... dx may be dy.
  void (*requantize_backward)(const RequantizeShape& shape, const float* x, const float* multiplier,
                              const float* dy, float* dx, float* dmultiplier);

  // y = squared ReLU (So et al. 2021) of requantize(x, multiplier, shift), rows n apart.
  void (*squared_relu)(const RequantizeShape& shape, const float* x, const float* multiplier,
                       float* y);
  // dx may be dy.
  void (*squared_relu_backward)(const RequantizeShape& shape, const float* x,
                                const float* multiplier, const float* dy, float* dx,
                                float* dmultiplier);

  // Products of queries and keys to weights, and each token's sum of weights with the sink's
  // (attention sinks: Xiao et al. 2023). bias: by falling distance, the last that of distance 0.
  // weight_of: [kScoreRange + 1], by the distance below the largest score. row: [tokens], scratch.
  void (*attention_weights)(const AttentionHead& head, const float* products, const float* bias,
                            const std::uint8_t* weight_of, std::int32_t* row, std::uint8_t* weights,
                            float* sums);
  // out = the weighted sums of values divided by `sums`, times the gain.
  void (*attention_output)(const AttentionHead& head, const float* weighted, const float* sums,
                           float* out);
  // To `dmean`, the gradients by the mean values, and to `row_products` their products with the
  // means themselves. Returns the sum of these.
  float (*attention_output_backward)(const AttentionHead& head, const float* out, const float* dout,
                                     float* dmean, float* row_products);
  // weights / sums.
  void (*normalized_weights)(const AttentionHead& head, const std::uint8_t* weights,
                             const float* sums, float* normalized);
  // `products`: gradients by the normalized weights, replaced by those by products of queries and
  // keys. bias_gradients: by falling distance, added to. Returns the sink's gradient.
  float (*score_gradients)(const AttentionHead& head, const std::uint8_t* weights,
                           const float* sums, const float* row_products, float* products,
                           float* bias_gradients);

  // Sums of products to logits: clamp(round(sum * scale)).
  void (*logits)(std::size_t n, double scale, const float* sums, float* logits);
  // Logits, in 1/64 of a power of two, to probabilities, in place; returns the natural logarithm of
  // that of `target`.
  float (*softmax)(std::size_t n, std::size_t target, float* row);
};

// `isa` must be one of nn::supported_isas().
[[nodiscard]] const Kernels& kernels(nn::Isa isa);

}  // namespace czip::v2::training
