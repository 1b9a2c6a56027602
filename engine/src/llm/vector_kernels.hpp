// The czip-llm-v1 network's element-wise kernels, written once over vector primitives
// (simd/ops_*.hpp); they give the same integers as the scalar ones. Attention is in
// vector_attention.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "llm/kernels.hpp"
#include "llm/vector_attention.hpp"

namespace czip::llm {
namespace {

template <class Isa>
struct VectorKernels {
  using Ops = typename Isa::Ops;
  using I32 = typename Ops::I32;
  using Wide = typename Ops::Wide;
  static constexpr std::size_t kLanes = Ops::kLanes;

  static I32 clamp_lanes(I32 x, std::int32_t bound) {
    return Ops::min(Ops::max(x, Ops::set(-bound)), Ops::set(bound));
  }

  static std::uint32_t largest(const std::int32_t* x, std::size_t n) {
    I32 running = Ops::set(0);
    for (std::size_t i = 0; i < n; i += kLanes)
      running = Ops::max(running, Ops::abs(Ops::load(x + i)));
    return static_cast<std::uint32_t>(Ops::largest(running));
  }

  static std::uint64_t sum_of_squares(const std::int32_t* x, std::size_t n, int shift) {
    Wide sums = Ops::zero_extend(Ops::set(0));
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 size = Ops::abs(Ops::shift_right_signed(Ops::load(x + i), shift));
      sums = Ops::add(sums, Ops::multiply_wide(size, size));
    }
    return Ops::sum(sums);
  }

  static void quantize(const std::int32_t* x, std::size_t n, const Quantization& how,
                       std::int8_t* y) {
    const I32 reciprocal = Ops::set(static_cast<std::int32_t>(how.reciprocal));
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store_i8(
          y + i, Ops::round_narrow(Ops::multiply_signed(Ops::load(x + i), reciprocal), how.shift));
  }

  static I32 rescaled_lanes(const std::int32_t* acc, const OutputScales& scales, std::size_t i) {
    const I32 scale = Ops::load(reinterpret_cast<const std::int32_t*>(scales.scale) + i);
    const I32 t =
        Ops::round_narrow(Ops::multiply_signed(Ops::load(acc + i), scale), scales.how.first);
    const Wide product =
        Ops::multiply_signed(t, Ops::set(static_cast<std::int32_t>(scales.how.mantissa)));
    const I32 y = Ops::round_narrow_limited(product, scales.how.second, kBound);
    if (scales.bias == nullptr) return y;
    return clamp_lanes(Ops::add(y, Ops::load(scales.bias + i)), kBound);
  }

  static void rescale(const std::int32_t* acc, std::size_t n, const OutputScales& scales,
                      std::int32_t* y) {
    for (std::size_t i = 0; i < n; i += kLanes) Ops::store(y + i, rescaled_lanes(acc, scales, i));
  }

  static void add_rescaled(const std::int32_t* acc, std::size_t n, const OutputScales& scales,
                           std::int32_t* residual) {
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 sum = Ops::add(Ops::load(residual + i), rescaled_lanes(acc, scales, i));
      Ops::store(residual + i, clamp_lanes(sum, kBound));
    }
  }

  static I32 activation_lanes(I32 g, const GateTable& table) {
    const I32 c = Ops::min(Ops::abs(g), Ops::set(kMaxGateInput));
    const I32 entry = Ops::look_up(table.data(), Ops::template shift_right<kGateStepBits>(c));
    const I32 f = Ops::bit_and(c, Ops::set((1 << kGateStepBits) - 1));
    const I32 rise = Ops::mul(Ops::bit_and(entry, Ops::set(kMaxGateRise)), f);
    const I32 rounded = Ops::template shift_right<kGateStepBits>(
        Ops::add(rise, Ops::set(1 << (kGateStepBits - 1))));
    const I32 s =
        Ops::add(Ops::add(Ops::template shift_right<12>(entry), rounded), Ops::set(kGateOne / 2));
    // Where g is negative, 2^20 - s = 2^20 + 1 + ~s.
    const I32 negative = Ops::greater(Ops::set(0), g);
    const I32 mirrored =
        Ops::add(Ops::bit_xor(s, negative), Ops::bit_and(negative, Ops::set(kGateOne + 1)));
    return Ops::round_narrow(Ops::multiply_signed(g, mirrored), kActivationShift);
  }

  static void activate(const std::int32_t* gate, const std::int32_t* up, std::size_t n,
                       const GateTable& table, std::int32_t* z) {
    for (std::size_t i = 0; i < n; i += kLanes) {
      const I32 a = activation_lanes(clamp_lanes(Ops::load(gate + i), kHiddenBound), table);
      if (up != nullptr) {
        const I32 u = clamp_lanes(Ops::load(up + i), kHiddenBound);
        Ops::store(z + i,
                   Ops::round_narrow_limited(Ops::multiply_signed(a, u), kGatedShift, kBound));
      } else {
        // round(a, 4) is (a >> 4) + bit 3 of a, without the overflow of a + 8.
        const I32 bit = Ops::bit_and(Ops::template shift_right<kUngatedShift - 1>(a), Ops::set(1));
        Ops::store(z + i, Ops::add(Ops::template shift_right_signed<kUngatedShift>(a), bit));
      }
    }
  }

  // Sums where a lane's bit kStride is clear, differences where it is set.
  template <int kStride>
  static I32 within_lanes(I32 x) {
    const I32 sign = Ops::greater(Ops::bit_and(Ops::iota(), Ops::set(kStride)), Ops::set(0));
    return Ops::add(Ops::template swap_lanes<kStride>(x), Ops::sub(Ops::bit_xor(x, sign), sign));
  }

  static I32 transform_lanes(I32 x, std::size_t block) {
    if (block > 1) x = within_lanes<1>(x);
    if (block > 2) x = within_lanes<2>(x);
    if constexpr (kLanes > 4)
      if (block > 4) x = within_lanes<4>(x);
    if constexpr (kLanes > 8)
      if (block > 8) x = within_lanes<8>(x);
    return x;
  }

  static void transform(std::int32_t* z, std::size_t n, std::size_t block, int shift) {
    const I32 half = Ops::set(shift == 0 ? 0 : 1 << (shift - 1));
    for (std::size_t i = 0; i < n; i += kLanes)
      Ops::store(
          z + i,
          transform_lanes(Ops::shift_right_signed(Ops::add(Ops::load(z + i), half), shift), block));
    for (std::size_t stride = kLanes; stride < block; stride *= 2)
      for (std::size_t pair = 0; pair < n; pair += 2 * stride)
        for (std::size_t i = pair; i < pair + stride; i += kLanes) {
          const I32 a = Ops::load(z + i);
          const I32 b = Ops::load(z + i + stride);
          Ops::store(z + i, Ops::add(a, b));
          Ops::store(z + i + stride, Ops::sub(a, b));
        }
  }

  static void rotate(std::int32_t* x, std::size_t half, const std::int16_t* cos,
                     const std::int16_t* sin) {
    const auto rounded = [](I32 sum) {
      return Ops::template shift_right_signed<kRotaryBits>(
          Ops::add(sum, Ops::set(1 << (kRotaryBits - 1))));
    };
    std::size_t i = 0;
    for (; i + kLanes <= half; i += kLanes) {
      const I32 a = Ops::load(x + i);
      const I32 b = Ops::load(x + half + i);
      const I32 c = Ops::load_i16(cos + i);
      const I32 s = Ops::load_i16(sin + i);
      Ops::store(x + i, rounded(Ops::sub(Ops::mul(a, c), Ops::mul(b, s))));
      Ops::store(x + half + i, rounded(Ops::add(Ops::mul(b, c), Ops::mul(a, s))));
    }
    for (; i < half; ++i) {
      const std::int32_t a = x[i];
      const std::int32_t b = x[i + half];
      x[i] = rotated_first(a, b, cos[i], sin[i]);
      x[i + half] = rotated_second(a, b, cos[i], sin[i]);
    }
  }

  static void frequencies(const std::int32_t* logits, std::size_t n, std::int32_t largest,
                          const WideExp2& exp2, std::uint32_t* y) {
    const I32 most = Ops::set(largest);
    const I32 last = Ops::set(static_cast<std::int32_t>(kLastFrequencyOctave) + 1);
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
      const I32 below = Ops::sub(most, Ops::load(logits + i));
      const I32 gap = Ops::template shift_right<kLogitGapShift>(
          Ops::add(below, Ops::set(1 << (kLogitGapShift - 1))));
      const I32 octave = Ops::min_unsigned(Ops::template shift_right<kGapBits>(gap), last);
      const I32 coarse =
          Ops::look_up_16(exp2.entries, Ops::template shift_right<kGapBits / 2>(gap));
      const I32 fine = Ops::look_up_16(exp2.entries + kExp2Half, gap);
      const I32 weight = Ops::shift_right_each(Ops::mul(coarse, fine), octave);
      const I32 at_least_1 = Ops::sub(weight, Ops::equal(weight, Ops::set(0)));
      Ops::store(reinterpret_cast<std::int32_t*>(y) + i, at_least_1);
    }
    for (; i < n; ++i) y[i] = frequency(static_cast<std::uint32_t>(largest - logits[i]), exp2);
  }
};

template <class Isa>
constexpr Kernels make_vector_kernels() {
  using Vector = VectorKernels<Isa>;
  return {.largest = Vector::largest,
          .sum_of_squares = Vector::sum_of_squares,
          .quantize = Vector::quantize,
          .rescale = Vector::rescale,
          .add_rescaled = Vector::add_rescaled,
          .activate = Vector::activate,
          .transform = Vector::transform,
          .rotate = Vector::rotate,
          .frequencies = Vector::frequencies,
          .attend = VectorAttention<Isa>::attend};
}

}  // namespace
}  // namespace czip::llm
