// The czip-llm-v1 network's attention, written once over vector primitives (simd/ops_*.hpp).
//
// An Isa gives, besides its Ops:
//   Sums, to_sums, from_sums   as in simd/ops_*.hpp: sums of products over the steps of a loop
//   broadcast(p)               the same two int16 in every lane
//   add_pairs(sums, a, b)      adds the two products of int16 of each lane
//   kKeyVectors                vectors of slots that are multiplied at a time, in whole tiles of 16
//   kValueVectors              vectors of dimensions likewise, at most
#pragma once

#include <cstddef>
#include <cstdint>

#include "llm/kernels.hpp"
#include "simd/vector_largest.hpp"

namespace czip::llm {
namespace {

template <class Isa>
struct VectorAttention {
  using Ops = typename Isa::Ops;
  using I32 = typename Ops::I32;
  using Wide = typename Ops::Wide;
  using Sums = typename Isa::Sums;
  static constexpr std::size_t kLanes = Ops::kLanes;

  // A query as int16, |q| <= kScoredQueryBound; returns how far it was shifted.
  static int shorten_query(const std::int32_t* query, std::size_t n, std::int16_t* target) {
    I32 running = Ops::set(0);
    for (std::size_t i = 0; i < n; i += kLanes)
      running = Ops::max(running, Ops::abs(Ops::load(query + i)));
    const int shift = query_shift(static_cast<std::uint32_t>(Ops::largest(running)));
    const I32 half = Ops::set(shift == 0 ? 0 : 1 << (shift - 1));
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 q = Ops::shift_right_signed(Ops::add(Ops::load(query + i), half), shift);
      const I32 limited =
          Ops::min(Ops::max(q, Ops::set(-kScoredQueryBound)), Ops::set(kScoredQueryBound));
      Ops::store_u16(reinterpret_cast<std::uint16_t*>(target + i), limited);
    }
    return shift;
  }

  // Scores of kVectors * kLanes slots from `first` on.
  template <std::size_t kHeads, std::size_t kVectors>
  static void score_slots(const std::int16_t* queries, const KeyValueWindow& window,
                          std::size_t first, const AttentionScratch& scratch) {
    const std::size_t n = window.head_size;
    const std::int16_t* keys[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v)
      keys[v] = window.keys + key_place(first + v * kLanes, 0, n);
    Sums sums[kHeads][kVectors] = {};
    for (std::size_t i = 0; i < n; i += 2) {
      I32 key[kVectors];
      for (std::size_t v = 0; v < kVectors; ++v)
        key[v] = Ops::load(reinterpret_cast<const std::int32_t*>(keys[v] + i * kKeyTile));
      for (std::size_t h = 0; h < kHeads; ++h) {
        const I32 pair = Isa::broadcast(queries + h * n + i);
        for (std::size_t v = 0; v < kVectors; ++v)
          sums[h][v] = Isa::add_pairs(sums[h][v], key[v], pair);
      }
    }
    for (std::size_t h = 0; h < kHeads; ++h)
      for (std::size_t v = 0; v < kVectors; ++v)
        Ops::store(scratch.scores + h * scratch.stride + first + v * kLanes,
                   Isa::from_sums(sums[h][v]));
  }

  // exp2_weight of the gaps to the largest score, in place of the scores; returns their sum.
  static std::uint64_t weigh(std::int32_t* scores, std::size_t slots, int shift,
                             const WideExp2& exp2) {
    const std::int32_t largest = simd::largest_of<Ops>(scores, slots);
    const I32 half = Ops::set(largest + (1 << (shift - 1)));
    const I32 counts = Ops::set(shift);
    Wide sums = Ops::zero_extend(Ops::set(0));
    std::size_t t = 0;
    for (; t + kLanes <= slots; t += kLanes) {
      const I32 gap = Ops::shift_right_each(Ops::sub(half, Ops::load(scores + t)), counts);
      const I32 octave = Ops::min_unsigned(Ops::template shift_right<kGapBits>(gap),
                                           Ops::set(static_cast<std::int32_t>(kLastOctave) + 1));
      const I32 coarse =
          Ops::look_up_16(exp2.entries, Ops::template shift_right<kGapBits / 2>(gap));
      const I32 fine = Ops::look_up_16(exp2.entries + kExp2Half, gap);
      const I32 weight = Ops::shift_right_each(
          Ops::template shift_right<kWeightProductShift>(Ops::mul(coarse, fine)), octave);
      sums = Ops::add(sums, Ops::zero_extend(weight));
      Ops::store(scores + t, weight);
    }
    std::uint64_t sum = Ops::sum(sums);
    for (; t < slots; ++t) {
      const std::uint32_t weight = exp2_weight(score_gap(largest, scores[t], shift), exp2);
      sum += weight;
      scores[t] = static_cast<std::int32_t>(weight);
    }
    return sum;
  }

  // attention_weight of each, and zeros up to a whole tile of slots.
  static void share(const std::int32_t* exp2_weights, std::size_t slots, std::uint32_t factor,
                    std::int16_t* weights) {
    const I32 factors = Ops::set(static_cast<std::int32_t>(factor));
    std::size_t t = 0;
    for (; t + kLanes <= slots; t += kLanes) {
      const Wide product = Ops::add(Ops::multiply_wide(Ops::load(exp2_weights + t), factors),
                                    std::int64_t{1} << (kAttentionWeightShift - 1));
      const I32 weight = Ops::narrow(Ops::template shift_right<kAttentionWeightShift>(product));
      Ops::store_u16(reinterpret_cast<std::uint16_t*>(weights + t),
                     Ops::min(weight, Ops::set(kMaxAttentionWeight)));
    }
    for (; t < slots; ++t)
      weights[t] = static_cast<std::int16_t>(
          attention_weight(static_cast<std::uint32_t>(exp2_weights[t]), factor));
    for (; t % kKeyTile != 0; ++t) weights[t] = 0;
  }

  // kVectors * kLanes dimensions from the i-th on.
  template <std::size_t kHeads, std::size_t kVectors>
  static void sum_values(const KeyValueWindow& window, std::size_t slots, std::size_t i,
                         const AttentionScratch& scratch, std::int32_t* out) {
    const std::size_t n = window.head_size;
    const std::int16_t* values = window.values + value_place(0, i, n);
    Sums sums[kHeads][kVectors] = {};
    for (std::size_t t = 0; t < slots; t += 2, values += 2 * n) {
      I32 value[kVectors];
      for (std::size_t v = 0; v < kVectors; ++v)
        value[v] = Ops::load(reinterpret_cast<const std::int32_t*>(values + v * 2 * kLanes));
      for (std::size_t h = 0; h < kHeads; ++h) {
        const I32 pair = Isa::broadcast(scratch.weights + h * scratch.stride + t);
        for (std::size_t v = 0; v < kVectors; ++v)
          sums[h][v] = Isa::add_pairs(sums[h][v], value[v], pair);
      }
    }
    for (std::size_t h = 0; h < kHeads; ++h)
      for (std::size_t v = 0; v < kVectors; ++v)
        Ops::store(out + h * n + i + v * kLanes, Isa::from_sums(sums[h][v]));
  }

  template <std::size_t kHeads>
  static void attend_heads(const AttentionInput& input, const std::int32_t* queries,
                           const KeyValueWindow& window, const AttentionScratch& scratch,
                           std::int32_t* out) {
    const std::size_t n = window.head_size;
    alignas(64) std::int16_t shortened[kHeads * Limits::kHeadSize];
    int shifts[kHeads];
    for (std::size_t h = 0; h < kHeads; ++h)
      shifts[h] = input.score_shift - shorten_query(queries + h * n, n, shortened + h * n);

    constexpr std::size_t kAtOnce = Isa::kKeyVectors * kLanes;
    constexpr std::size_t kVectorsOfTile = kKeyTile / kLanes;
    std::size_t t = 0;
    for (; t + kAtOnce <= input.slots; t += kAtOnce)
      score_slots<kHeads, Isa::kKeyVectors>(shortened, window, t, scratch);
    for (; t < input.slots; t += kKeyTile)
      for (std::size_t v = 0; v < kVectorsOfTile; ++v)
        score_slots<kHeads, 1>(shortened, window, t + v * kLanes, scratch);

    for (std::size_t h = 0; h < kHeads; ++h) {
      std::int32_t* scores = scratch.scores + h * scratch.stride;
      const std::uint64_t sum = weigh(scores, input.slots, shifts[h], *input.exp2);
      share(scores, input.slots, attention_factor(sum), scratch.weights + h * scratch.stride);
    }

    std::size_t i = 0;
    for (; i + Isa::kValueVectors * kLanes <= n; i += Isa::kValueVectors * kLanes)
      sum_values<kHeads, Isa::kValueVectors>(window, input.slots, i, scratch, out);
    for (; i < n; i += kLanes) sum_values<kHeads, 1>(window, input.slots, i, scratch, out);
  }

  static void attend(const AttentionInput& input, const KeyValueWindow& window,
                     const AttentionScratch& scratch, std::int32_t* out) {
    const std::size_t n = window.head_size;
    std::size_t head = 0;
    static_assert(kHeadsAtOnce == 4);
    for (; head + kHeadsAtOnce <= input.heads; head += kHeadsAtOnce)
      attend_heads<kHeadsAtOnce>(input, input.queries + head * n, window, scratch, out + head * n);
    switch (input.heads - head) {
      case 3:
        return attend_heads<3>(input, input.queries + head * n, window, scratch, out + head * n);
      case 2:
        return attend_heads<2>(input, input.queries + head * n, window, scratch, out + head * n);
      case 1:
        return attend_heads<1>(input, input.queries + head * n, window, scratch, out + head * n);
      default:
        return;
    }
  }
};

}  // namespace
}  // namespace czip::llm
