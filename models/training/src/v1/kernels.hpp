// The loops of a czip-model-v1 network's training, one table of functions for each instruction set.
// Vectors have fp32 elements; where the engine has integers, these are the same integers.
//
// The functions of the forward pass are those of conformance/czip-v1.md, sections 3 and 4, in the
// dialect `rust`. Gradients are those of the functions without rounding, except that a saturated
// value passes no gradient that would push it further out (straight-through estimator: Bengio et
// al. 2013). "The gradient of y" is that of the loss with respect to y.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/engine/v1/functions.hpp"
#include "nn/isa.hpp"

namespace czip::v1::training {

// How one head of a token attends to the token and to those before it, `count` tokens in all.
struct AttentionRow {
  std::size_t count;
  float score_multiplier;
  float sink_product;  // query * the sink's key
};

struct Kernels {
  // x = requantize(x, multiplier, kRequantizeShift).
  void (*requantize)(std::int32_t multiplier, std::size_t n, float* x);
  // Replaces dy, the gradient of the requantized y, by the gradient of the sums.
  void (*requantize_backward)(std::int32_t multiplier, std::size_t n, const float* y, float* dy);

  // One row of a norm, given 1 / root mean square. x need not be limited to 127.
  void (*normalize_row)(std::size_t n, double inverse, const float* x, const float* gain, float* y);

  // ReGLU (Shazeer 2020). A row of `up` is n gates, then n values: y = ReLU(gate) * value / 128.
  void (*gate)(std::size_t rows, std::size_t n, const float* up, float* y);
  void (*gate_backward)(std::size_t rows, std::size_t n, const float* up, const float* dy,
                        float* dup);

  // Rotary position embedding (Su et al. 2021): rotates one head by cosines and sines, Q15. A query
  // is also halved.
  void (*rotate_query)(const float* cosines, const float* sines, const float* head, float* out);
  void (*rotate_key)(const float* cosines, const float* sines, const float* head, float* out);
  // Compute the gradient of the input from that of the output.
  void (*rotate_query_backward)(const float* cosines, const float* sines, const float* dout,
                                float* dhead);
  void (*rotate_key_backward)(const float* cosines, const float* sines, const float* out,
                              const float* dout, float* dhead);

  // The online softmax (Milakov and Gimelshein 2018), in the steps of the engine's scalar kernels.
  // Takes products of the query and the keys, [count], and values, [count][64] modulo 2^32. Gives
  // the mean value in out, [64], and the final weights, [count]; scores, [count], is scratch.
  // Returns the sum of the weights and of the sink's, whose value is zero.
  float (*attend)(const AttentionRow& row, const Exp2Table& exp2, const float* products,
                  const std::uint32_t* values, std::int32_t* scores, float* out,
                  std::uint16_t* weights);
  // dmean = the gradient dout where it passes the limit of the mean value, [64]. Returns
  // dmean * out.
  float (*attend_backward)(const float* out, const float* dout, float* dmean);
  // normalized = weights / sum, [count], then zeros up to `end`. Returns the sink's weight.
  float (*normalized_weights)(std::size_t count, std::size_t end, const std::uint16_t* weights,
                              float sum, float* normalized);
  // Replaces the gradients of the normalized weights in products, [n], by those of the products of
  // query and keys.
  void (*score_gradients)(std::size_t n, float score_multiplier, float row_product,
                          const float* normalized, float* products);

  // Replaces logits by weights relative to the largest, none below 2^-16. Returns their sum.
  float (*softmax_weights)(std::size_t n, float* row);
  // Replaces weights by the logits' gradients of -ln(weight of the target / sum), times `factor`. A
  // weight at the lower limit moves with the largest logit rather than with its own; only the
  // target's is treated as if it moved with its own, so that it leaves the limit again.
  void (*softmax_backward)(std::size_t n, float sum, std::size_t target, float factor, float* row);
};

// `isa` must be one of nn::supported_isas().
[[nodiscard]] const Kernels& kernels(nn::Isa isa);

}  // namespace czip::v1::training
