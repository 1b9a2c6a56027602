// The element-wise kernels of the v1 network, written once over vector primitives.
//
// `Ops` is one of simd/ops_*.hpp: 32-bit lanes and unsigned products of 64 bits. Everything here
// equals the scalar kernels integer for integer within the bounds of kernels.hpp; comments say
// where a different order or form of computation is used and why it is exact.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simd/vector_largest.hpp"
#include "v1/kernels.hpp"

namespace czip::v1 {
namespace {

template <class Ops>
struct VectorMath {
  using I32 = typename Ops::I32;
  using Wide = typename Ops::Wide;

  static I32 saturate7(I32 x) {
    return Ops::min(Ops::max(x, Ops::set(-kValueBound)), Ops::set(kValueBound));
  }

  // round(p / 2^shift), ties to even, for |p| + 2^shift < 2^31: adding half less one, and one more
  // where the quotient is odd, makes the floor shift round to nearest even, for either sign.
  template <int kShift>
  static I32 shift_right_rne(I32 p) {
    const I32 odd = Ops::bit_and(Ops::template shift_right_signed<kShift>(p), Ops::set(1));
    const I32 half = Ops::set((1 << (kShift - 1)) - 1);
    return Ops::template shift_right_signed<kShift>(Ops::add(Ops::add(p, half), odd));
  }
  static I32 shift_right_rne(I32 p, int shift) {
    const I32 odd = Ops::bit_and(Ops::shift_right_signed(p, shift), Ops::set(1));
    const I32 half = Ops::set((1 << (shift - 1)) - 1);
    return Ops::shift_right_signed(Ops::add(Ops::add(p, half), odd), shift);
  }

  static I32 sign(I32 x) { return Ops::template shift_right_signed<31>(x); }  // 0 or -1
  static I32 with_sign(I32 magnitude, I32 sign_mask) {
    return Ops::sub(Ops::bit_xor(magnitude, sign_mask), sign_mask);
  }

  // requantize() for a plan that fits 32 bits.
  static I32 requantize(I32 accumulator, const RequantizePlan& plan) {
    const I32 limited =
        Ops::min(Ops::max(accumulator, Ops::set(-plan.limit)), Ops::set(plan.limit));
    return shift_right_rne(Ops::mul(limited, Ops::set(plan.requantization.multiplier)),
                           plan.requantization.shift);
  }

  // exp_weight. With n limited to `saturation` the product stays below 2^37 + 2^32. For every
  // number o of octaves, (table + (2^o >> 1)) >> o equals (((65536 >> o) * table) + 32768) >> 16:
  // exactly for o <= 16, and above both are 0, which is raised to 1.
  static I32 exp_weight(I32 n, const ExpFunction& exp) {
    const I32 limited = Ops::min_unsigned(n, Ops::set(static_cast<std::int32_t>(exp.saturation)));
    const Wide product =
        Ops::multiply_wide(limited, Ops::set(static_cast<std::int32_t>(exp.coefficient)));
    const I32 t = Ops::narrow(Ops::template shift_right<kExpCoefficientShift>(
        Ops::add(product, 1 << (kExpCoefficientShift - 1))));
    const I32 octaves = Ops::template shift_right<kExp2IndexBits>(t);
    const I32 entry =
        Ops::look_up_256(exp.wide_table.data(), Ops::bit_and(t, Ops::set(kExp2Entries - 1)));
    const I32 half = Ops::template shift_right<1>(Ops::shift_left_each(Ops::set(1), octaves));
    const I32 weight = Ops::max(Ops::shift_right_each(Ops::add(entry, half), octaves), Ops::set(1));
    const I32 is_zero = Ops::equal(n, Ops::set(0));
    return Ops::max(weight, Ops::bit_and(is_zero, Ops::set(kMaxExpWeight)));
  }

  // e * multiplier >> 48, as scaled_frequency does it, without the one.
  static I32 scale_weight(I32 e, I32 multiplier_low, I32 multiplier_high) {
    const Wide high = Ops::multiply_wide(e, multiplier_high);
    const Wide low = Ops::multiply_wide(e, multiplier_low);
    return Ops::narrow(
        Ops::template shift_right<16>(Ops::add(high, Ops::template shift_right<32>(low))));
  }
};

template <class Ops>
struct ElementKernels {
  using I32 = typename Ops::I32;
  using Math = VectorMath<Ops>;
  static constexpr std::size_t kLanes = Ops::kLanes;

  static I32 load_activation(const std::int8_t* x) { return Ops::load_i8(x); }
  static I32 load_activation(const std::int32_t* x) { return Math::saturate7(Ops::load(x)); }

  // n is a multiple of 64; a lane's sum is at most 127^2 * n / kLanes < 2^31.
  template <class Source>
  static I32 inverse_rms_of(const Source* x, std::size_t n,
                            const std::uint16_t* inverse_rms_table) {
    I32 sum = Ops::set(0);
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 xi = load_activation(x + i);
      sum = Ops::add(sum, Ops::mul(xi, xi));
    }
    const auto sum_of_squares = static_cast<std::uint32_t>(Ops::sum(sum));
    return Ops::set(inverse_rms_table[mean_square(sum_of_squares, n)]);
  }

  template <class Source>
  static I32 normalized(const Source* x, const std::int8_t* weight, I32 inverse) {
    const I32 product = Ops::mul(Ops::mul(load_activation(x), Ops::load_i8(weight)), inverse);
    return Math::saturate7(Math::template shift_right_rne<kNormShift>(product));
  }

  static void normalize_residual(const std::int32_t* residual, const std::int8_t* weight,
                                 const std::uint16_t* inverse_rms_table, std::size_t n,
                                 std::int8_t* y) {
    const I32 inverse = inverse_rms_of(residual, n, inverse_rms_table);
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store_i8(y + i, normalized(residual + i, weight + i, inverse));
  }

  static void add_normalized(const std::int8_t* x, const std::int8_t* weight,
                             const std::uint16_t* inverse_rms_table, std::size_t n,
                             std::int32_t* residual) {
    const I32 inverse = inverse_rms_of(x, n, inverse_rms_table);
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store(residual + i,
                 Ops::add(Ops::load(residual + i), normalized(x + i, weight + i, inverse)));
  }

  // The product is at most 127^2, so the result at most 126: nothing to limit.
  static void gated_relu(const std::int8_t* gate, const std::int8_t* value, std::size_t n,
                         std::int8_t* y) {
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 positive = Ops::max(Ops::load_i8(gate + i), Ops::set(0));
      const I32 product = Ops::mul(positive, Ops::load_i8(value + i));
      Ops::store_i8(y + i, Math::template shift_right_rne<kGateShift>(product));
    }
  }

  template <bool kHalve>
  static I32 finish_rotation(I32 sum) {
    const I32 rotated = Math::template shift_right_rne<kRotationShift>(sum);
    if constexpr (kHalve)
      return Math::saturate7(Math::template shift_right_rne<kQueryShift>(rotated));
    else
      return Math::saturate7(rotated);
  }

  template <bool kHalve>
  static void rotate(std::int8_t* head, const std::int16_t* cosine, const std::int16_t* sine) {
    for (std::size_t i = 0; i < kRopePairs; i += kLanes) {
      const I32 x = Ops::load_i8(head + i);
      const I32 y = Ops::load_i8(head + kRopePairs + i);
      const I32 c = Ops::load_i16(cosine + i);
      const I32 s = Ops::load_i16(sine + i);
      Ops::store_i8(head + i, finish_rotation<kHalve>(Ops::sub(Ops::mul(x, c), Ops::mul(y, s))));
      Ops::store_i8(head + kRopePairs + i,
                    finish_rotation<kHalve>(Ops::add(Ops::mul(x, s), Ops::mul(y, c))));
    }
  }

  static ExpWeights exp_weights(const std::int32_t* logits, std::size_t n, const ExpFunction& exp,
                                std::uint16_t* weights) {
    const std::size_t whole = n - n % kLanes;
    const std::int32_t largest = simd::largest_of<Ops>(logits, n);

    // Lanes past n are computed, stored into the padding and kept out of the sum.
    I32 sum = Ops::set(0);
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 weight = Math::exp_weight(Ops::sub(Ops::set(largest), Ops::load(logits + i)), exp);
      Ops::store_u16(weights + i, weight);
      const I32 taken = Ops::greater(Ops::set(static_cast<std::int32_t>(n - i)), Ops::iota());
      sum = Ops::add(sum, Ops::bit_and(weight, taken));
    }

    std::uint32_t argmax = 0;
    while (argmax < whole && !Ops::any_greater(Ops::load(logits + argmax), Ops::set(largest - 1)))
      argmax += kLanes;
    while (logits[argmax] != largest) ++argmax;
    return {static_cast<std::uint32_t>(Ops::sum(sum)), argmax};
  }

  static std::uint64_t sum_frequencies(const std::uint16_t* weights, std::size_t n,
                                       FrequencyScale scale) {
    const I32 low = Ops::set(static_cast<std::int32_t>(scale.multiplier & 0xffffffff));
    const I32 high = Ops::set(static_cast<std::int32_t>(scale.multiplier >> 32));
    // All frequencies together are at most 2^30.
    I32 sum = Ops::set(0);
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
      sum = Ops::add(sum, Math::scale_weight(Ops::load_u16(weights + i), low, high));
    if (i < n) {
      const I32 taken = Ops::greater(Ops::set(static_cast<std::int32_t>(n - i)), Ops::iota());
      sum = Ops::add(
          sum, Ops::bit_and(taken, Math::scale_weight(Ops::load_u16(weights + i), low, high)));
    }
    return static_cast<std::uint32_t>(Ops::sum(sum)) + n;
  }
};

}  // namespace
}  // namespace czip::v1
