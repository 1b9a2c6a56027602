// The czip-model-v2 network's kernels, written once over vector primitives (simd/ops_*.hpp); they
// give the same integers as the scalar ones.
//
// An Isa gives the primitives and what differs by more than lane count:
//   Ops
//   look_up_64(table, index)     table[index], index < 64
//   append                       as in Kernels; the layout of keys and values is the Isa's own
//   dot_keys<kHeads>(queries, ring, slots, scratch)
//       scores[h][t] = query h . key of slot t, slots up to a multiple of 16, which the ring has
//   weigh(scores, slots, largest, exp2, weights)
//       weights[t] = attention_weight(largest - scores[t]), slots up to a multiple of 16; returns
//       their sum. Scores past the slots, up to a multiple of 64, are so low that they weigh 0.
//   weighted_values<kHeads>(ring, scratch, slots, sums)
//       sums[h][i] = sum of weights[h][t] * value i of slot t, slots up to a multiple of 16
//   accumulate_frequencies(cumulative, n, shift)   the last loop of `cumulative_frequencies`
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/vector_largest.hpp"
#include "v2/kernels.hpp"

namespace czip::v2 {
namespace {

template <class Ops>
struct VectorMath {
  using I32 = typename Ops::I32;
  using Wide = typename Ops::Wide;
  static constexpr std::size_t kLanes = Ops::kLanes;

  static I32 clamp_to(I32 x, std::int32_t bound) {
    return Ops::min(Ops::max(x, Ops::set(-bound)), Ops::set(bound));
  }
  template <int kShift>
  static I32 round_shift(I32 x) {
    return Ops::template shift_right_signed<kShift>(Ops::add(x, Ops::set(1 << (kShift - 1))));
  }

  // round_shift(x * factor, kShift) for |x| <= kOffset and a result of 32 bits. Lanes multiply only
  // unsigned numbers, so kOffset is added to x; the rounding term, modulo 2^64, subtracts what that
  // adds to the product. The 32 bits of the result are the same for a logical shift.
  template <int kShift, std::int32_t kOffset>
  static I32 multiply_round_shift(I32 x, std::uint32_t factor) {
    const std::int64_t correction = (std::int64_t{1} << (kShift - 1)) -
                                    std::int64_t{kOffset} * static_cast<std::int64_t>(factor);
    const Wide product = Ops::multiply_wide(Ops::add(x, Ops::set(kOffset)),
                                            Ops::set(static_cast<std::int32_t>(factor)));
    return Ops::narrow(Ops::template shift_right<kShift>(Ops::add(product, correction)));
  }

  // Limited to where the result passes the bound, the product fits 32 bits: see requantize_limit.
  static I32 requantize(I32 x, I32 multiplier, I32 limit, int shift, std::int32_t bound) {
    const I32 limited = Ops::min(Ops::max(x, Ops::sub(Ops::set(0), limit)), limit);
    return clamp_to(requantize_limited(limited, multiplier, shift), bound);
  }
  static I32 requantize_limited(I32 x, I32 multiplier, int shift) {
    const I32 product = Ops::add(Ops::mul(x, multiplier), Ops::set(1 << (shift - 1)));
    return Ops::shift_right_signed(product, shift);
  }
  static I32 requantize(const std::int32_t* x, const ChannelRequantization& scale, std::size_t i,
                        std::int32_t bound) {
    return requantize(Ops::load(x + i), Ops::load_i16(scale.multiplier + i),
                      Ops::load(scale.limit + i), scale.shift, bound);
  }
};

// Isa::weigh in lanes of 32 bits. Scores far below the largest weigh nothing, so the octave may be
// limited to kLastAttentionOctave + 1.
template <class Isa>
std::uint32_t weigh_in_lanes(const std::int32_t* scores, std::size_t slots, std::int32_t largest,
                             const Exp2Table& exp2, std::uint8_t* weights) {
  using Ops = typename Isa::Ops;
  using I32 = typename Ops::I32;
  constexpr std::int32_t kFarBelow = (kLastAttentionOctave + 2) * kExp2Entries - 1;
  I32 sum = Ops::set(0);
  for (std::size_t t = 0; t < (slots + 15) / 16 * 16; t += Ops::kLanes) {
    const I32 below = Ops::sub(Ops::set(largest), Ops::load(scores + t));
    const I32 n = Ops::min_unsigned(below, Ops::set(kFarBelow));
    const I32 octave = Ops::template shift_right<kExp2IndexBits>(n);
    const I32 entry = Isa::look_up_64(exp2.data(), Ops::bit_and(n, Ops::set(kExp2Entries - 1)));
    const I32 half = Ops::shift_left_each(Ops::set(1 << (kAttentionWeightShift - 1)), octave);
    const I32 weight =
        Ops::min(Ops::shift_right_each(Ops::add(entry, half),
                                       Ops::add(octave, Ops::set(kAttentionWeightShift))),
                 Ops::set(kMaxAttentionWeight));
    sum = Ops::add(sum, weight);
    Ops::store_u8(weights + t, weight);
  }
  return static_cast<std::uint32_t>(Ops::sum(sum));
}

template <class Isa>
struct VectorKernels {
  using Ops = typename Isa::Ops;
  using I32 = typename Ops::I32;
  using Wide = typename Ops::Wide;
  using Math = VectorMath<Ops>;
  static constexpr std::size_t kLanes = Ops::kLanes;

  static void embed(const std::int8_t* row, const std::int8_t* bigram, std::size_t n, int shift,
                    std::int32_t* y) {
    const I32 shifts = Ops::set(shift);
    for (std::size_t i = 0; i < n; i += kLanes) {
      I32 sum = Ops::load_i8(row + i);
      if (bigram != nullptr) sum = Ops::add(sum, Ops::load_i8(bigram + i));
      Ops::store(y + i, Ops::shift_left_each(sum, shifts));
    }
  }

  static std::uint32_t inverse_rms(const std::int32_t* x, std::size_t n) {
    Wide squares = Ops::zero_extend(Ops::set(0));
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 magnitude = Ops::abs(Ops::load(x + i));
      squares = Ops::add(squares, Ops::multiply_wide(magnitude, magnitude));
    }
    return fast_inverse_rms(Ops::sum(squares), n);
  }

  // Computes all roots first: the CPU overlaps those of several heads.
  static void normalize(const std::int32_t* x, std::size_t heads, std::size_t n,
                        const std::int16_t* gain, std::int8_t* y) {
    std::uint32_t inverse[kMaxHeads];
    for (std::size_t h = 0; h < heads; ++h) inverse[h] = inverse_rms(x + h * n, n);
    for (std::size_t h = 0; h < heads; ++h) {
      for (std::size_t i = h * n; i < (h + 1) * n; i += kLanes) {
        const I32 normalized =
            Math::clamp_to(Math::template multiply_round_shift<kNormalizedShift, kAccumulatorBound>(
                               Ops::load(x + i), inverse[h]),
                           kNormalizedBound);
        const I32 scaled = Ops::mul(normalized, Ops::load_i16(gain + i));
        Ops::store_i8(y + i,
                      Math::clamp_to(Math::template round_shift<kGainShift>(scaled), kValueBound));
      }
    }
  }

  static void requantize_values(const std::int32_t* x, std::size_t n,
                                const ChannelRequantization& scale, std::int8_t* y) {
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store_i8(y + i, Math::requantize(x, scale, i, kValueBound));
  }

  static void add_requantized(const std::int32_t* x, std::size_t n,
                              const ChannelRequantization& scale, std::int32_t* residual) {
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store(residual + i,
                 Ops::add(Ops::load(residual + i), Math::requantize(x, scale, i, kResidualStep)));
  }

  static I32 product_of(I32 gate, I32 value) {
    const I32 product = Ops::mul(Ops::max(gate, Ops::set(0)), value);
    return Math::clamp_to(Math::template round_shift<kActivationShift>(product), kValueBound);
  }

  static void activate(const std::int32_t* gate, const ChannelRequantization& gate_scale,
                       const std::int32_t* value, const ChannelRequantization& value_scale,
                       std::size_t n, std::int8_t* y) {
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store_i8(y + i, product_of(Math::requantize(gate, gate_scale, i, kActivationBound),
                                      Math::requantize(value, value_scale, i, kActivationBound)));
  }

  static void activate_squared(const std::int32_t* x, const ChannelRequantization& scale,
                               std::size_t n, std::int8_t* y) {
    const I32 bound = Ops::set(kActivationBound);
    for (std::size_t i = 0; i < n; i += kLanes) {
      // No lower bounds: what is below zero becomes zero.
      const I32 limited =
          Ops::min(Ops::max(Ops::load(x + i), Ops::set(0)), Ops::load(scale.limit + i));
      const I32 scaled = Ops::min(
          Math::requantize_limited(limited, Ops::load_i16(scale.multiplier + i), scale.shift),
          bound);
      Ops::store_i8(y + i,
                    Ops::min(Math::template round_shift<kActivationShift>(Ops::mul(scaled, scaled)),
                             Ops::set(kValueBound)));
    }
  }

  static void requantize_logits(const std::int32_t* x, std::size_t n, std::int32_t multiplier,
                                std::int32_t limit, std::int32_t* y) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
      Ops::store(y + i, Math::requantize(Ops::load(x + i), Ops::set(multiplier), Ops::set(limit),
                                         kLogitShift, kLogitBound));
    for (; i < n; ++i) y[i] = czip::v2::requantize(x[i], multiplier, kLogitShift, kLogitBound);
  }

  // Turns one head's dot products into scores and returns the largest, the sink included. Scores
  // past the slots, up to a multiple of 64, become kNoScore, which weighs 0.
  static std::int32_t score(const AttentionInput& input, std::size_t head, std::int32_t* scores) {
    const I32 scale = Ops::set(input.score_scale[head]);
    const std::int16_t* bias = input.slot_bias(head);
    I32 running = Ops::set(input.sink[head]);
    const auto score_of = [&](std::size_t t) {
      return Ops::add(
          Math::template round_shift<kScoreShift>(Ops::mul(Ops::load(scores + t), scale)),
          Ops::load_i16(bias + t));
    };
    std::size_t t = 0;
    for (; t + kLanes <= input.slots; t += kLanes) {
      const I32 scored = score_of(t);
      running = Ops::max(running, scored);
      Ops::store(scores + t, scored);
    }
    if (t < input.slots) {
      const I32 taken =
          Ops::greater(Ops::set(static_cast<std::int32_t>(input.slots - t)), Ops::iota());
      const I32 most =
          Ops::bit_xor(Ops::bit_and(taken, Ops::set(kNoScore ^ INT32_MAX)), Ops::set(kNoScore));
      const I32 scored = Ops::min(score_of(t), most);
      running = Ops::max(running, scored);
      Ops::store(scores + t, scored);
      t += kLanes;
    }
    for (; t % 64 != 0; t += kLanes) Ops::store(scores + t, Ops::set(kNoScore));
    return Ops::largest(running);
  }

  // Attention of kHeads heads from `head` on, which share the loads of keys and values.
  template <std::size_t kHeads>
  static void attend_heads(const AttentionInput& input, std::size_t head, const KeyValueRing& ring,
                           const AttentionScratch& scratch, std::int8_t* out) {
    const std::size_t n = ring.head_dim;
    Isa::template dot_keys<kHeads>(input.query + head * n, ring, input.slots, scratch);
    std::uint32_t weight_sum[kHeads];
    for (std::size_t h = 0; h < kHeads; ++h) {
      std::int32_t* scores = scratch.scores + h * scratch.stride;
      const std::int32_t largest = score(input, head + h, scores);
      weight_sum[h] =
          Isa::weigh(scores, input.slots, largest, *input.exp2,
                     scratch.weights + h * scratch.stride) +
          attention_weight(static_cast<std::uint32_t>(largest - input.sink[head + h]), *input.exp2);
    }
    alignas(64) std::int32_t sums[kHeads * kMaxHeadDim];
    Isa::template weighted_values<kHeads>(ring, scratch, input.slots, sums);
    for (std::size_t h = 0; h < kHeads; ++h) {
      const std::uint32_t factor =
          attention_factor(static_cast<std::uint32_t>(input.gain[head + h]), weight_sum[h]);
      for (std::size_t i = h * n; i < (h + 1) * n; i += kLanes)
        Ops::store_i8(
            out + head * n + i,
            Math::clamp_to(
                Math::template multiply_round_shift<kAttentionOutputShift, kWeightedSumBound>(
                    Ops::load(sums + i), factor),
                kValueBound));
    }
  }

  static void attend(const AttentionInput& input, const KeyValueRing& ring,
                     const AttentionScratch& scratch, std::int8_t* out) {
    std::size_t head = 0;
    static_assert(kHeadsAtOnce == 4);
    for (; head + kHeadsAtOnce <= input.heads; head += kHeadsAtOnce)
      attend_heads<kHeadsAtOnce>(input, head, ring, scratch, out);
    switch (input.heads - head) {
      case 3:
        return attend_heads<3>(input, head, ring, scratch, out);
      case 2:
        return attend_heads<2>(input, head, ring, scratch, out);
      case 1:
        return attend_heads<1>(input, head, ring, scratch, out);
      default:
        return;
    }
  }

  static void cumulative_frequencies(const std::int32_t* logits, std::size_t n,
                                     const Exp2Table& exp2, std::uint32_t* cumulative) {
    const std::size_t whole = n - n % kLanes;
    const std::int32_t largest = simd::largest_of<Ops>(logits, n);

    auto* weights = reinterpret_cast<std::int32_t*>(cumulative + 1);
    Wide sums = Ops::zero_extend(Ops::set(0));
    for (std::size_t i = 0; i < whole; i += kLanes) {
      const I32 below = Ops::sub(Ops::set(largest), Ops::load(logits + i));
      const I32 octave = Ops::min(Ops::template shift_right<kExp2IndexBits>(below),
                                  Ops::set(kLastLogitOctave + 1));
      const I32 entry =
          Isa::look_up_64(exp2.data(), Ops::bit_and(below, Ops::set(kExp2Entries - 1)));
      const I32 weight =
          Ops::shift_right_each(Ops::template shift_left<kLogitWeightShift>(entry), octave);
      sums = Ops::add(sums, Ops::zero_extend(weight));
      Ops::store(weights + i, weight);
    }
    std::uint64_t sum = Ops::sum(sums);
    for (std::size_t i = whole; i < n; ++i) {
      cumulative[i + 1] = logit_weight(static_cast<std::uint32_t>(largest - logits[i]), exp2);
      sum += cumulative[i + 1];
    }
    cumulative[0] = 0;
    Isa::accumulate_frequencies(cumulative, n, frequency_shift(sum, n));
  }

 private:
  static constexpr std::size_t kMaxHeads = NetworkLimits::kHeads;
  static constexpr std::size_t kMaxHeadDim = NetworkLimits::kHeadDim;
  // 255 * 127 * 4096 < 2^27.
  static constexpr std::int32_t kWeightedSumBound = 1 << 27;
  static constexpr std::int32_t kNoScore = -(1 << 30);
};

inline void accumulate_one_by_one(std::uint32_t* cumulative, std::size_t n, int shift) {
  std::uint32_t sum = cumulative[0];
  for (std::size_t i = 1; i <= n; ++i) {
    const std::uint32_t weight = cumulative[i] >> shift;
    sum += weight < 1 ? 1 : weight;
    cumulative[i] = sum;
  }
}

template <class Isa>
constexpr Kernels make_vector_kernels() {
  using Vector = VectorKernels<Isa>;
  return {.embed = Vector::embed,
          .normalize = Vector::normalize,
          .requantize_values = Vector::requantize_values,
          .add_requantized = Vector::add_requantized,
          .activate = Vector::activate,
          .activate_squared = Vector::activate_squared,
          .requantize_logits = Vector::requantize_logits,
          .append = Isa::append,
          .attend = Vector::attend,
          .cumulative_frequencies = Vector::cumulative_frequencies};
}

}  // namespace
}  // namespace czip::v2
