// The operations of the czip-llm-v1 network beside the products, as one table of functions per SIMD
// level. The scalar table (kernels_scalar.hpp) reads like conformance/czip-network-llm.md; the
// others give the same integers. Element counts n are multiples of 16.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/engine/llm/functions.hpp"

namespace czip::llm {

// How the accumulators of some outputs become numbers.
struct OutputScales {
  const std::uint32_t* scale;  // by output
  const std::int32_t* bias;    // by output, or null
  Rescale how;
};

// exp2 as kernels look it up: 16 coarse entries, then 16 fine ones, on a boundary of 64 bytes.
struct alignas(64) WideExp2 {
  std::uint32_t entries[kExp2Entries];

  constexpr std::uint32_t operator[](std::size_t i) const { return entries[i]; }
};

// Keys and values of one stream, layer and key/value head, in the layout of every level, int16:
// keys [slots / 16][head_size / 2][16 slots][2], values [slots / 2][head_size][2 slots].
struct KeyValueWindow {
  std::int16_t* keys;
  std::int16_t* values;
  std::size_t head_size;
};
inline constexpr std::size_t kKeyTile = 16;
[[nodiscard]] constexpr std::size_t key_place(std::size_t slot, std::size_t i,
                                              std::size_t head_size) {
  return slot / kKeyTile * kKeyTile * head_size + i / 2 * 2 * kKeyTile + slot % kKeyTile * 2 +
         i % 2;
}
[[nodiscard]] constexpr std::size_t value_place(std::size_t slot, std::size_t i,
                                                std::size_t head_size) {
  return slot / 2 * 2 * head_size + i * 2 + slot % 2;
}

// Attention of one token for the query heads that share one key/value head.
struct AttentionInput {
  const std::int32_t* queries;  // [heads][head_size], rotated, |q| <= 131070
  std::size_t heads;
  std::size_t slots;  // in use: slots [0, slots), at least 1
  int score_shift;
  const WideExp2* exp2;
};

// Working memory of `attend`: for each of up to kHeadsAtOnce heads `stride` elements, at least the
// slots and 64 more.
inline constexpr std::size_t kHeadsAtOnce = 4;
struct AttentionScratch {
  std::int32_t* scores;
  std::int16_t* weights;
  std::size_t stride;
};

struct Kernels {
  // The largest |x|; |x| < 2^31.
  std::uint32_t (*largest)(const std::int32_t* x, std::size_t n);

  // The sum of (x >> shift)^2, each at most 2^48.
  std::uint64_t (*sum_of_squares)(const std::int32_t* x, std::size_t n, int shift);

  // y = quantized(x).
  void (*quantize)(const std::int32_t* x, std::size_t n, const Quantization& how, std::int8_t* y);

  // y = rescaled(acc), plus the bias, limited to kBound.
  void (*rescale)(const std::int32_t* acc, std::size_t n, const OutputScales& scales,
                  std::int32_t* y);

  // residual += that, limited to kBound.
  void (*add_rescaled)(const std::int32_t* acc, std::size_t n, const OutputScales& scales,
                       std::int32_t* residual);

  // z of gates limited to kHiddenBound, and of what they multiply, limited likewise; no `up` if
  // null.
  void (*activate)(const std::int32_t* gate, const std::int32_t* up, std::size_t n,
                   const GateTable& table, std::int32_t* z);

  // In place: numbers up to 2^30 are shifted, then each block is transformed.
  void (*transform)(std::int32_t* z, std::size_t n, std::size_t block, int shift);

  // In place: turns the pairs x[i], x[i + half], |x| <= 65535, for i < half, any half.
  void (*rotate)(std::int32_t* x, std::size_t half, const std::int16_t* cos,
                 const std::int16_t* sin);

  // The frequency of each logit, |logit| <= kBound; `largest` is the largest of all. Any n.
  void (*frequencies)(const std::int32_t* logits, std::size_t n, std::int32_t largest,
                      const WideExp2& exp2, std::uint32_t* y);

  // out [heads][head_size].
  void (*attend)(const AttentionInput& input, const KeyValueWindow& window,
                 const AttentionScratch& scratch, std::int32_t* out);
};

}  // namespace czip::llm
