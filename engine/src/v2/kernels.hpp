// The operations of the czip-model-v2 network beside the plain products, as one table of functions
// per SIMD level. The scalar table (kernels_scalar.hpp) reads like conformance/czip-network-v2.md;
// the others give the same integers. Element counts n are multiples of 16 unless said otherwise.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/engine/v2/functions.hpp"

namespace czip::v2 {

// How the accumulators of a matrix are requantized, by row ("channel"): see `requantize` and
// `requantize_limit`.
struct ChannelRequantization {
  const std::int16_t* multiplier;
  const std::int32_t* limit;
  int shift;
};

// The ring of one stream's keys and values of one layer and key/value head, in the layout of one
// level: `window` slots of head_dim bytes each.
struct KeyValueRing {
  std::int8_t* keys;
  std::int8_t* values;
  std::size_t head_dim;
  std::ptrdiff_t to_next;  // bytes from here to the ring that is attended next, for prefetching
};

// Attention of one stream's token for the query heads that share one key/value head (grouped-query
// attention: Ainslie et al. 2023).
struct AttentionInput {
  const std::int8_t* query;  // [heads][head_dim]
  std::size_t heads;
  std::size_t window;
  std::size_t slot;   // of the current token
  std::size_t slots;  // in use: slots [0, slots)
  // [heads][2 * window]: element x is the bias at distance (window - 1 - x) mod window, so that
  // from window - 1 - slot on they stand in the order of the slots.
  const std::int16_t* bias;
  const std::int16_t* score_scale;  // [heads]
  const std::int16_t* sink;         // [heads]
  const std::int16_t* gain;         // [heads], Q8
  const Exp2Table* exp2;

  // Biases of one head in the order of the slots.
  [[nodiscard]] const std::int16_t* slot_bias(std::size_t head) const {
    return bias + head * 2 * window + (window - 1 - slot);
  }
};

// Working memory of `attend`: for each of up to kHeadsAtOnce heads a row of `stride` elements, one
// per slot; at least window + 64, which lets kernels work on whole vectors.
inline constexpr std::size_t kHeadsAtOnce = 4;
struct AttentionScratch {
  std::int32_t* scores;
  std::uint8_t* weights;
  std::size_t stride;
};

struct Kernels {
  // y = (row + bigram) * 2^shift; no `bigram` if null.
  void (*embed)(const std::int8_t* row, const std::int8_t* bigram, std::size_t n, int shift,
                std::int32_t* y);

  // y = normalized(x), for each of `heads` rows of n elements with a root mean square of its own:
  // x, gain and y are [heads][n]. |x| < 2^24.
  void (*normalize)(const std::int32_t* x, std::size_t heads, std::size_t n,
                    const std::int16_t* gain, std::int8_t* y);

  // y = requantize(x), bound kValueBound.
  void (*requantize_values)(const std::int32_t* x, std::size_t n,
                            const ChannelRequantization& scale, std::int8_t* y);

  // residual += requantize(x), bound kResidualStep.
  void (*add_requantized)(const std::int32_t* x, std::size_t n, const ChannelRequantization& scale,
                          std::int32_t* residual);

  // y = activated(requantize(gate), requantize(value)), both limited to kActivationBound; for the
  // squared ReLU both are the same.
  void (*activate)(const std::int32_t* gate, const ChannelRequantization& gate_scale,
                   const std::int32_t* value, const ChannelRequantization& value_scale,
                   std::size_t n, std::int8_t* y);
  void (*activate_squared)(const std::int32_t* x, const ChannelRequantization& scale, std::size_t n,
                           std::int8_t* y);

  // y = requantize(x), bound kLogitBound, shift kLogitShift; any n.
  void (*requantize_logits)(const std::int32_t* x, std::size_t n, std::int32_t multiplier,
                            std::int32_t limit, std::int32_t* y);

  // Stores a key [head_dim] and a value [head_dim] in a slot of the ring.
  void (*append)(const KeyValueRing& ring, std::size_t slot, const std::int8_t* key,
                 const std::int8_t* value);

  // out [heads][head_dim] = attention of one token over the ring's slots in use.
  void (*attend)(const AttentionInput& input, const KeyValueRing& ring,
                 const AttentionScratch& scratch, std::int8_t* out);

  // cumulative [n + 1] of logits [n], any n from 1 to 65536.
  void (*cumulative_frequencies)(const std::int32_t* logits, std::size_t n, const Exp2Table& exp2,
                                 std::uint32_t* cumulative);
};

// inverse_rms without bit-by-bit steps.
[[nodiscard]] std::uint32_t fast_inverse_rms(std::uint64_t sum_of_squares, std::size_t n);

}  // namespace czip::v2
