// The operations of the czip-model-v1 network beside the plain products, as one table of functions
// per SIMD level. The scalar table (kernels_scalar.hpp) reads like conformance/czip-v1.md; every
// other one gives the same integers for all inputs within the bounds stated here
// (tests/engine/v1/kernels_test.cpp). Buffers are 64-byte aligned and padded so that vector kernels
// may read, and write where said, up to kRowPadding bytes past the last element.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/aligned_buffer.hpp"
#include "czip/engine/v1/dialect.hpp"
#include "czip/engine/v1/functions.hpp"
#include "simd/matrix.hpp"

namespace czip::v1 {

// Requantization prepared for vector kernels. Where fits_32_bits, accumulators may first be limited
// to [-limit, limit], which give -127 and 127; then |accumulator * multiplier| + 2^shift fits 31
// bits, and 32-bit lanes are enough. Otherwise requantize_each does it.
struct RequantizePlan {
  Requantization requantization;
  std::int32_t limit = 0;
  bool fits_32_bits = false;
};
[[nodiscard]] RequantizePlan make_requantize_plan(Requantization requantization);

// y = requantize(accumulator), n elements, any multiplier and shift.
void requantize_each(const std::int32_t* accumulators, std::size_t n, Requantization requantization,
                     std::int8_t* y);

// exp_weight with its table in vector form.
struct ExpFunction {
  Exp2Table table{};
  std::uint32_t coefficient = 0;
  // From this argument on the weight is 1. Limiting arguments to it keeps vector products below
  // 2^37 + 2^32.
  std::uint32_t saturation = 0;
  alignas(64) std::array<std::uint32_t, kExp2Entries> wide_table{};
};
[[nodiscard]] ExpFunction make_exp_function(const Exp2Table& table, std::uint32_t coefficient);

// Entries of a table of inverse_rms by mean square, which is 1 to 127^2 + 1.
inline constexpr std::size_t kInverseRmsEntries = std::size_t{kValueBound} * kValueBound + 2;

// One sequence's keys and values of one layer, in the layout of one level, with room for
// `positions` (a multiple of 16).
struct KvCache {
  std::int8_t* keys;    // positions * 64 bytes
  std::int8_t* values;  // positions * 64 bytes
};

// What attention of one row takes besides the cache.
struct AttentionInput {
  const std::int8_t* query;  // [heads * 64], rotated
  std::uint32_t heads;
  std::uint32_t positions;  // how many cached positions take part, 1 <= positions <= kMaxPositions
  const std::int32_t* score_multiplier;  // [heads], Q15
  const std::int8_t* sink_key;           // [64] or null
  const ExpFunction* exp;
  Dialect dialect;
  // For prefetching: the cache that the next call attends over, up to `next_positions`. Null when
  // it is this one, which is in the CPU's cache already.
  KvCache next_cache = {nullptr, nullptr};
  std::uint32_t next_positions = 0;
};

// Working memory of `attend`, for up to `positions` per row and 64 more.
struct AttentionScratch {
  static constexpr std::size_t kMaxHeadsPerPass = 3;
  static constexpr std::size_t kFrontPadding = 64;  // weights before position 0

  std::size_t stride = 0;              // positions + 64, rounded up to 64
  AlignedBuffer<std::int32_t> scores;  // [kMaxHeadsPerPass, stride]
  AlignedBuffer<std::uint8_t>
      weight_low;  // [64 + positions + 64], low bytes of the softmax weights
  AlignedBuffer<std::uint8_t> weight_high;

  struct Segment {  // positions [begin, next segment's begin) share the running maximum
    std::uint32_t begin;
    std::int32_t maximum;
  };
  AlignedBuffer<Segment> segments;  // [positions + 1]

  Status allocate(std::uint32_t positions);
};

// symbol_frequency without a division: floor(e * numerator / denominator) for e < 2^16 is
// (e * multiplier) >> 48, where multiplier = floor(numerator * 2^48 / denominator) + 1. The product
// exceeds the true quotient by at most e / 2^48, less than 1 / denominator while
// e * denominator < 2^48: exact for every sum of up to 65536 weights.
struct FrequencyScale {
  std::uint64_t multiplier;
};
[[nodiscard]] FrequencyScale make_frequency_scale(std::uint32_t numerator,
                                                  std::uint32_t weight_sum);

// symbol_frequency(e, numerator, denominator). The product needs 80 bits, so the multiplier goes in
// two halves: with numerator < 2^31 <= denominator * 2^15, the high half is below 2^31.
[[nodiscard]] constexpr std::uint32_t scaled_frequency(std::uint32_t e, FrequencyScale scale) {
  const std::uint64_t high = std::uint64_t{e} * (scale.multiplier >> 32);
  const std::uint64_t low = std::uint64_t{e} * (scale.multiplier & 0xffffffff);
  return static_cast<std::uint32_t>((high + (low >> 32)) >> 16) + 1;
}

struct ExpWeights {
  std::uint32_t sum;     // at most 65536 * 65535 < 2^32
  std::uint32_t argmax;  // first index of the largest logit
};

struct Kernels {
  // y = requantize(dense(x)), y rows at `y_stride`, a multiple of 64, padding written as zeros.
  void (*dense_requantize)(const simd::PackedMatrix& weight, const RequantizePlan& plan,
                           const std::int8_t* x, std::size_t x_stride, std::size_t row_count,
                           std::int8_t* y, std::size_t y_stride, std::int16_t* scratch);

  // y = normalized(residual), n elements.
  void (*normalize_residual)(const std::int32_t* residual, const std::int8_t* weight,
                             const std::uint16_t* inverse_rms_table, std::size_t n, std::int8_t* y);

  // residual += normalized(x), n elements.
  void (*add_normalized)(const std::int8_t* x, const std::int8_t* weight,
                         const std::uint16_t* inverse_rms_table, std::size_t n,
                         std::int32_t* residual);

  // y_i = gated_relu(gate_i, value_i), n elements.
  void (*gated_relu)(const std::int8_t* gate, const std::int8_t* value, std::size_t n,
                     std::int8_t* y);

  // Rotates a head [64] in place by position's table rows [32], Q15; a query is halved as well.
  void (*rotate_query)(std::int8_t* head, const std::int16_t* cosine, const std::int16_t* sine);
  void (*rotate_key)(std::int8_t* head, const std::int16_t* cosine, const std::int16_t* sine);

  // Stores a rotated key [64] and a value [64] at `position` of the cache.
  void (*append_key_value)(const KvCache& cache, std::uint32_t position, const std::int8_t* key,
                           const std::int8_t* value);

  // out [heads * 64] = attention of one row over the cache.
  void (*attend)(const AttentionInput& input, const KvCache& cache, AttentionScratch& scratch,
                 std::int8_t* out);

  // weights[i] = exp_weight(max - logits[i]), n elements (n <= 65536); logits padded to 64
  // elements.
  ExpWeights (*exp_weights)(const std::int32_t* logits, std::size_t n, const ExpFunction& exp,
                            std::uint16_t* weights);

  // Sum over i of floor(weights[i] * scale) + 1.
  std::uint64_t (*sum_frequencies)(const std::uint16_t* weights, std::size_t n,
                                   FrequencyScale scale);
};

}  // namespace czip::v1
