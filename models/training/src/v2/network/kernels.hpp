// The loops of a czip-model-v2 network's training, one table of functions for each instruction set.
// Vectors have fp32 elements; where the engine has integers, these are the same integers.
//
// The functions of the forward pass are those of conformance/czip-network-v2.md. Gradients are
// those of the functions without rounding, except that a saturated value passes no gradient that
// would push it further out (straight-through estimator: Bengio et al. 2013). "The gradient of y"
// is that of the loss with respect to y.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/engine/v2/constants.hpp"
#include "nn/isa.hpp"

namespace czip::v2::training {

// y = requantize(x, multiplier, shift, bound) for `rows` x `n` elements, rows `stride` apart.
struct RequantizeShape {
  std::size_t rows, n, stride;
  int shift;
  float bound;
};

// A logit's unit, 1/64 of a power of two, as a natural logarithm.
inline constexpr float kLn2Over64 = 0.010830424696249145F;

// Scores this much or more below the largest have weight 0.
inline constexpr std::int32_t kScoreRange = (kLastAttentionOctave + 1) * kExp2Entries;

// How one head of each of `tokens` tokens attends to the token and to those before it. Matrices are
// [tokens][tokens]; in a row, only the columns up to the row's number count.
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

  // Computes weights from products of queries and keys, and for each token the sum of its weights
  // and the sink's (attention sinks: Xiao et al. 2023). bias: by falling distance, the last for
  // distance 0. weight_of: [kScoreRange + 1], by how far a score is below the largest. row:
  // [tokens], scratch.
  void (*attention_weights)(const AttentionHead& head, const float* products, const float* bias,
                            const std::uint8_t* weight_of, std::int32_t* row, std::uint8_t* weights,
                            float* sums);
  // out = the weighted sums of values divided by `sums`, times the gain.
  void (*attention_output)(const AttentionHead& head, const float* weighted, const float* sums,
                           float* out);
  // Computes dmean, the gradients of the mean values, and in row_products their products with the
  // mean values. Returns the sum of these products.
  float (*attention_output_backward)(const AttentionHead& head, const float* out, const float* dout,
                                     float* dmean, float* row_products);
  // normalized = weights / sums.
  void (*normalized_weights)(const AttentionHead& head, const std::uint8_t* weights,
                             const float* sums, float* normalized);
  // Replaces the gradients of the normalized weights in `products` by those of the products of
  // queries and keys. Adds to bias_gradients, by falling distance. Returns the sink's gradient.
  float (*score_gradients)(const AttentionHead& head, const std::uint8_t* weights,
                           const float* sums, const float* row_products, float* products,
                           float* bias_gradients);

  // logits = clamp(round(sums * scale)).
  void (*logits)(std::size_t n, double scale, const float* sums, float* logits);
  // Replaces logits, in 1/64 of a power of two, by probabilities. Returns the natural logarithm of
  // the target's.
  float (*softmax)(std::size_t n, std::size_t target, float* row);
};

// `isa` must be one of nn::supported_isas().
[[nodiscard]] const Kernels& kernels(nn::Isa isa);

}  // namespace czip::v2::training
