// The loops of a czip-model-v1 network's training, one table of functions for each instruction set.
// Vectors of fp32 numbers; those that the engine has as integers hold the same integers.
//
// The functions of the forward pass are those of conformance/czip-v1.md, sections 3 and 4, in the
// dialect `rust`. Their gradients are those of the functions without rounding, except that a
// saturated value passes no gradient that would push it further out (straight-through estimator:
// Bengio et al. 2013).
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/engine/v1/functions.hpp"
#include "nn/isa.hpp"

namespace czip::v1::training {

// A token's attention by one of its heads to itself and the tokens before it, `count` in all.
struct AttentionRow {
  std::size_t count;
  float score_multiplier;
  float sink_product;  // of the query and the sink's key
};

struct Kernels {
  // x = requantize(x, multiplier, kRequantizeShift).
  void (*requantize)(std::int32_t multiplier, std::size_t n, float* x);
  // dy, the gradient by the requantized y, becomes the gradient by the sums.
  void (*requantize_backward)(std::int32_t multiplier, std::size_t n, const float* y, float* dy);

  // One row of a norm, given 1 / root mean square. x need not be limited to 127.
  void (*normalize_row)(std::size_t n, double inverse, const float* x, const float* gain, float* y);

  // ReGLU (Shazeer 2020). A row of `up` is n gates, then n values: y = ReLU(gate) * value / 128.
  void (*gate)(std::size_t rows, std::size_t n, const float* up, float* y);
  void (*gate_backward)(std::size_t rows, std::size_t n, const float* up, const float* dy,
                        float* dup);

  // Rotary position embedding (Su et al. 2021) of one head by cosines and sines, Q15. A query is
  // also halved.
  void (*rotate_query)(const float* cosines, const float* sines, const float* head, float* out);
  void (*rotate_key)(const float* cosines, const float* sines, const float* head, float* out);
  // From gradients by the output to those by the input.
  void (*rotate_query_backward)(const float* cosines, const float* sines, const float* dout,
                                float* dhead);
  void (*rotate_key_backward)(const float* cosines, const float* sines, const float* out,
                              const float* dout, float* dhead);

  // The online softmax (Milakov and Gimelshein 2018), step by step as the engine's reference
  // kernels: products of the query and the keys, [count], and values, [count][64] modulo 2^32, to
  // the mean value, [64], and the weights at the end, [count]. scores: [count], scratch. Returns
  // the sum of the weights with the sink's, whose value is zero.
  float (*attend)(const AttentionRow& row, const Exp2Table& exp2, const float* products,
                  const std::uint32_t* values, std::int32_t* scores, float* out,
                  std::uint16_t* weights);
  // dmean = the gradient dout by the mean value where it passes, [64]; returns its product with
  // out.
  float (*attend_backward)(const float* out, const float* dout, float* dmean);
  // normalized = weights / sum, [count], then zeros up to `end`. Returns what is left for the sink.
  float (*normalized_weights)(std::size_t count, std::size_t end, const std::uint16_t* weights,
                              float sum, float* normalized);
  // products, [n], from gradients by the normalized weights to those by products of query and keys.
  void (*score_gradients)(std::size_t n, float score_multiplier, float row_product,
                          const float* normalized, float* products);

  // Logits to weights relative to the largest, in place, none below 2^-16; returns their sum.
  float (*softmax_weights)(std::size_t n, float* row);
  // Weights to gradients of -ln(weight of the target / sum) by the logits times `factor`, in place.
  // A weight at the least possible moves with the largest logit rather than its own; only the
  // target's is treated as if it moved with its own, so as to be brought back.
  void (*softmax_backward)(std::size_t n, float sum, std::size_t target, float factor, float* row);
};

// `isa` must be one of nn::supported_isas().
[[nodiscard]] const Kernels& kernels(nn::Isa isa);

}  // namespace czip::v1::training
