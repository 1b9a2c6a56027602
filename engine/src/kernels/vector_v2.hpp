// The czip-model-v2 network's functions, written once over vector primitives (ops_*.hpp) and equal
// to the scalar ones integer for integer.
//
// An Isa gives the primitives and what differs by more than lane count:
//   Ops
//   look_up_64(table, index)     table[index], index < 64
//   append                       as in KernelsV2; the layout of keys and values is the Isa's own
//   dot_keys(query, ring, slots, dots)        dots[t] = query . key of slot t, slots up to a
//                                             multiple of 16, which the ring has
//   weighted_values(ring, weights, slots, sums)  sums[i] = sum of weights[t] * value i of slot t,
//                                             weights zero up to a multiple of 16
//   accumulate_masses(cumulative, n, shift)   the last loop of `masses`
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels_v2.hpp"
#include "vector_largest.hpp"

namespace czip {
namespace {

template <class Ops>
struct MathV2 {
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

  // round_shift(x * factor, kShift) for |x| <= kOffset and a result of 32 bits. The product is made
  // of unsigned numbers by adding kOffset to x; what that adds goes off again with the rounding
  // term, modulo 2^64, and the wanted 32 bits of the sum are the same for a logical shift.
  template <int kShift, std::int32_t kOffset>
  static I32 multiply_round_shift(I32 x, std::uint32_t factor) {
    const std::int64_t correction = (std::int64_t{1} << (kShift - 1)) -
                                    std::int64_t{kOffset} * static_cast<std::int64_t>(factor);
    const Wide product = Ops::multiply_wide(Ops::add(x, Ops::set(kOffset)),
                                            Ops::set(static_cast<std::int32_t>(factor)));
    return Ops::narrow(Ops::template shift_right<kShift>(Ops::add(product, correction)));
  }

  // Limited to where the result passes the bound, the product fits 32 bits: see rescale_limit.
  static I32 rescale(I32 x, I32 multiplier, I32 limit, int shift, std::int32_t bound) {
    const I32 limited = Ops::min(Ops::max(x, Ops::sub(Ops::set(0), limit)), limit);
    const I32 product = Ops::add(Ops::mul(limited, multiplier), Ops::set(1 << (shift - 1)));
    return clamp_to(Ops::shift_right_signed(product, shift), bound);
  }
  static I32 rescale(const std::int32_t* x, const RescaleV2& scale, std::size_t i,
                     std::int32_t bound) {
    return rescale(Ops::load(x + i), Ops::load_i16(scale.multiplier + i),
                   Ops::load(scale.limit + i), scale.shift, bound);
  }

  static std::uint64_t sum(Wide x) {
    alignas(64) std::int32_t low[kLanes];
    alignas(64) std::int32_t high[kLanes];
    Ops::store(low, Ops::narrow(x));
    Ops::store(high, Ops::narrow(Ops::template shift_right<32>(x)));
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < kLanes; ++i)
      total += static_cast<std::uint32_t>(low[i]) +
               (std::uint64_t{static_cast<std::uint32_t>(high[i])} << 32);
    return total;
  }
};

template <class Isa>
struct VectorKernelsV2 {
  using Ops = typename Isa::Ops;
  using I32 = typename Ops::I32;
  using Wide = typename Ops::Wide;
  using Math = MathV2<Ops>;
  static constexpr std::size_t kLanes = Ops::kLanes;

  static void normalize(const std::int32_t* x, std::size_t n, const std::int16_t* gain,
                        std::int8_t* y) {
    Wide squares = Ops::zero_extend(Ops::set(0));
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 magnitude = Ops::abs(Ops::load(x + i));
      squares = Ops::add(squares, Ops::multiply_wide(magnitude, magnitude));
    }
    const std::uint32_t inverse = fast_inverse_rms_v2(Math::sum(squares), n);
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 normalized =
          Math::clamp_to(Math::template multiply_round_shift<kNormalizedShift, kAccumulatorBound>(
                             Ops::load(x + i), inverse),
                         kNormalizedBound);
      const I32 scaled = Ops::mul(normalized, Ops::load_i16(gain + i));
      Ops::store_i8(y + i,
                    Math::clamp_to(Math::template round_shift<kGainShift>(scaled), kValueBound));
    }
  }

  static void rescale_values(const std::int32_t* x, std::size_t n, const RescaleV2& scale,
                             std::int8_t* y) {
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store_i8(y + i, Math::rescale(x, scale, i, kValueBound));
  }

  static void add_rescaled(const std::int32_t* x, std::size_t n, const RescaleV2& scale,
                           std::int32_t* residual) {
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store(residual + i,
                 Ops::add(Ops::load(residual + i), Math::rescale(x, scale, i, kResidualStep)));
  }

  static I32 product_of(I32 gate, I32 value) {
    const I32 product = Ops::mul(Ops::max(gate, Ops::set(0)), value);
    return Math::clamp_to(Math::template round_shift<kActivationShift>(product), kValueBound);
  }

  static void activate(const std::int32_t* gate, const RescaleV2& gate_scale,
                       const std::int32_t* value, const RescaleV2& value_scale, std::size_t n,
                       std::int8_t* y) {
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store_i8(y + i, product_of(Math::rescale(gate, gate_scale, i, kActivationBound),
                                      Math::rescale(value, value_scale, i, kActivationBound)));
  }

  static void activate_squared(const std::int32_t* x, const RescaleV2& scale, std::size_t n,
                               std::int8_t* y) {
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 scaled = Math::rescale(x, scale, i, kActivationBound);
      Ops::store_i8(y + i, product_of(scaled, scaled));
    }
  }

  static void rescale_logits(const std::int32_t* x, std::size_t n, std::int32_t multiplier,
                             std::int32_t limit, std::int32_t* y) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
      Ops::store(y + i, Math::rescale(Ops::load(x + i), Ops::set(multiplier), Ops::set(limit),
                                      kLogitShift, kLogitBound));
    for (; i < n; ++i) y[i] = czip::rescale(x[i], multiplier, kLogitShift, kLogitBound);
  }

  // Scores of one head in place of the dot products; returns the largest, the sink's among them.
  static std::int32_t score(const AttentionV2& input, std::size_t head, std::int32_t* scores) {
    const I32 scale = Ops::set(input.score_scale[head]);
    const std::int16_t* bias = input.slot_bias(head);
    I32 running = Ops::set(input.sink[head]);
    const std::size_t whole = input.slots - input.slots % kLanes;
    const auto score_of = [&](std::size_t t) {
      return Ops::add(
          Math::template round_shift<kScoreShift>(Ops::mul(Ops::load(scores + t), scale)),
          Ops::load_i16(bias + t));
    };
    for (std::size_t t = 0; t < whole; t += kLanes) {
      const I32 scored = score_of(t);
      running = Ops::max(running, scored);
      Ops::store(scores + t, scored);
    }
    std::int32_t largest = Ops::largest(running);
    if (whole < input.slots) Ops::store(scores + whole, score_of(whole));
    for (std::size_t t = whole; t < input.slots; ++t)
      if (scores[t] > largest) largest = scores[t];
    return largest;
  }

  // From 10 octaves on all is zero, so that the octave is limited there. Lanes past the slots get
  // weight zero, up to a multiple of 16.
  static std::uint32_t weigh(const AttentionV2& input, const AttentionScratchV2& scratch,
                             std::int32_t largest) {
    I32 sum = Ops::set(0);
    const std::size_t padded = (input.slots + 15) / 16 * 16;
    for (std::size_t t = 0; t < padded; t += kLanes) {
      const I32 below = Ops::sub(Ops::set(largest), Ops::load(scratch.scores + t));
      const I32 n = Ops::min_unsigned(below, Ops::set(10 * 64 - 1));
      const I32 octave = Ops::template shift_right<6>(n);
      const I32 entry =
          Isa::look_up_64(input.exp2->data(), Ops::bit_and(n, Ops::set(kExp2Entries - 1)));
      const I32 half = Ops::shift_left_each(Ops::set(128), octave);
      const I32 weight =
          Ops::shift_right_each(Ops::add(entry, half), Ops::add(octave, Ops::set(8)));
      const I32 taken = Ops::greater(Ops::set(static_cast<std::int32_t>(input.slots)),
                                     Ops::add(Ops::iota(), Ops::set(static_cast<std::int32_t>(t))));
      const I32 limited = Ops::bit_and(Ops::min(weight, Ops::set(255)), taken);
      sum = Ops::add(sum, limited);
      Ops::store_u8(scratch.weights + t, limited);
    }
    return static_cast<std::uint32_t>(Ops::sum(sum));
  }

  static void attend_head(const AttentionV2& input, std::size_t head, const RingV2& ring,
                          const AttentionScratchV2& scratch, std::int8_t* out) {
    Isa::dot_keys(input.query + head * ring.head_dim, ring, input.slots, scratch.scores);
    const std::int32_t largest = score(input, head, scratch.scores);
    const std::uint32_t weight_sum =
        weigh(input, scratch, largest) +
        attention_weight(static_cast<std::uint32_t>(largest - input.sink[head]), *input.exp2);
    alignas(64) std::int32_t sums[kMaxHeadDim];
    Isa::weighted_values(ring, scratch.weights, input.slots, sums);
    const std::uint32_t factor =
        attention_factor(static_cast<std::uint32_t>(input.gain[head]), weight_sum);
    for (std::size_t i = 0; i < ring.head_dim; i += kLanes)
      Ops::store_i8(out + i, Math::clamp_to(Math::template multiply_round_shift<32, 1 << 27>(
                                                Ops::load(sums + i), factor),
                                            kValueBound));
  }

  static void attend(const AttentionV2& input, const RingV2& ring,
                     const AttentionScratchV2& scratch, std::int8_t* out) {
    for (std::size_t head = 0; head < input.heads; ++head)
      attend_head(input, head, ring, scratch, out + head * ring.head_dim);
  }

  static void masses(const std::int32_t* logits, std::size_t n, const Exp2TableV2& exp2,
                     std::uint32_t* cumulative) {
    const std::size_t whole = n - n % kLanes;
    const std::int32_t largest = largest_of<Ops>(logits, n);

    auto* weights = reinterpret_cast<std::int32_t*>(cumulative + 1);
    Wide sums = Ops::zero_extend(Ops::set(0));
    for (std::size_t i = 0; i < whole; i += kLanes) {
      const I32 below = Ops::sub(Ops::set(largest), Ops::load(logits + i));
      const I32 octave = Ops::min(Ops::template shift_right<6>(below), Ops::set(31));
      const I32 entry = Isa::look_up_64(exp2.data(), Ops::bit_and(below, Ops::set(63)));
      const I32 weight = Ops::shift_right_each(Ops::template shift_left<14>(entry), octave);
      sums = Ops::add(sums, Ops::zero_extend(weight));
      Ops::store(weights + i, weight);
    }
    std::uint64_t sum = Math::sum(sums);
    for (std::size_t i = whole; i < n; ++i) {
      cumulative[i + 1] = logit_weight(static_cast<std::uint32_t>(largest - logits[i]), exp2);
      sum += cumulative[i + 1];
    }
    cumulative[0] = 0;
    Isa::accumulate_masses(cumulative, n, mass_shift(sum, n));
  }

 private:
  static constexpr std::size_t kMaxHeadDim = 128;
};

inline void accumulate_masses_one_by_one(std::uint32_t* cumulative, std::size_t n, int shift) {
  std::uint32_t sum = cumulative[0];
  for (std::size_t i = 1; i <= n; ++i) {
    const std::uint32_t weight = cumulative[i] >> shift;
    sum += weight < 1 ? 1 : weight;
    cumulative[i] = sum;
  }
}

template <class Isa>
constexpr KernelsV2 make_vector_kernels_v2() {
  using Vector = VectorKernelsV2<Isa>;
  return {.normalize = Vector::normalize,
          .rescale_values = Vector::rescale_values,
          .add_rescaled = Vector::add_rescaled,
          .activate = Vector::activate,
          .activate_squared = Vector::activate_squared,
          .rescale_logits = Vector::rescale_logits,
          .append = Isa::append,
          .attend = Vector::attend,
          .masses = Vector::masses};
}

}  // namespace
}  // namespace czip
