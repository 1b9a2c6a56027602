// Attention over vector primitives, equal to the scalar online softmax position by position.
//
// The online softmax changes its state's scale only where the running maximum rises. Between two
// such places, a segment, the weights depend on the segment's maximum alone and the sums may be
// taken in any order: exactly in the 64-bit dialects, modulo 2^32 in the wrapping one. A segment's
// sums are taken apart into the weights' low and high bytes, whose products with int8 values add up
// exactly in 32 bits: 255 * 127 * kMaxPositions < 2^30.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "czip/engine/integer_math.hpp"
#include "kernels.hpp"
#include "vector_kernels.hpp"

namespace czip {
namespace {

// A segment's sums over positions of weight * value, as low + 256 * high: most levels take the
// weights' low and high bytes apart.
struct SegmentSums {
  alignas(64) std::int32_t low[kHeadDim];
  alignas(64) std::int32_t high[kHeadDim];
};

// The weighted sum of values modulo 2^32, dialect `rust`.
template <class Ops>
class WrappingAccumulator {
  using I32 = typename Ops::I32;
  using Wide = typename Ops::Wide;
  using Math = VectorMath<Ops>;

 public:
  void add(const SegmentSums& sums) {
    for (std::size_t i = 0; i < kHeadDim; i += Ops::kLanes) {
      const I32 high = Ops::template shift_left<8>(Ops::load(sums.high + i));
      Ops::store(values_ + i,
                 Ops::add(Ops::load(values_ + i), Ops::add(Ops::load(sums.low + i), high)));
    }
  }

  // v -> (v * factor + 2^15) >> 16 for v >= 0; below zero the floor shift after subtracting half
  // equals
  // -((|v| * factor + 2^15 + 2^16 - 1) >> 16).
  void rescale(std::uint32_t factor) {
    for (std::size_t i = 0; i < kHeadDim; i += Ops::kLanes) {
      const I32 value = Ops::load(values_ + i);
      const I32 sign = Math::sign(value);
      const I32 addend = Ops::add(Ops::set(32768), Ops::bit_and(sign, Ops::set(65535)));
      const Wide product = Ops::multiply_wide(Ops::abs(value), Ops::set(static_cast<int>(factor)));
      const I32 scaled =
          Ops::narrow(Ops::template shift_right<16>(Ops::add(product, Ops::zero_extend(addend))));
      Ops::store(values_ + i, Math::with_sign(scaled, sign));
    }
  }

  // round(v / sum), ties to even, by multiplication: m = floor(2^62 / sum) + 1 makes (|v| * m) >>
  // 62 the exact floor, since |v| * sum < 2^62. 65535 <= sum < 2^31, so that m < 2^47.
  void divide(std::uint64_t sum, std::int8_t* out) const {
    const std::uint64_t m = (std::uint64_t{1} << 62) / sum + 1;
    const I32 m_low = Ops::set(static_cast<std::int32_t>(m & 0xffffffff));
    const I32 m_high = Ops::set(static_cast<std::int32_t>(m >> 32));
    const I32 divisor = Ops::set(static_cast<std::int32_t>(sum));
    for (std::size_t i = 0; i < kHeadDim; i += Ops::kLanes) {
      const I32 value = Ops::load(values_ + i);
      const I32 n = Ops::abs(value);
      const Wide low = Ops::template shift_right<32>(Ops::multiply_wide(n, m_low));
      const Wide high = Ops::multiply_wide(n, m_high);
      const I32 quotient = Ops::narrow(Ops::template shift_right<30>(Ops::add(high, low)));
      const I32 remainder = Ops::sub(n, Ops::mul(quotient, divisor));
      const I32 rest = Ops::sub(divisor, remainder);
      const I32 tie_up = Ops::bit_and(Ops::equal(remainder, rest), quotient);
      const I32 up = Ops::bit_and(Ops::bit_or(Ops::greater(remainder, rest), tie_up), Ops::set(1));
      const I32 rounded = Ops::min(Ops::add(quotient, up), Ops::set(127));
      Ops::store_i8(out + i, Math::with_sign(rounded, Math::sign(value)));
    }
  }

 private:
  alignas(64) std::int32_t values_[kHeadDim] = {};
};

// The same in 64 bits, dialects `i64` and `python`: |v| < 2^39.
class WideAccumulator {
 public:
  void add(const SegmentSums& sums) {
    for (std::size_t i = 0; i < kHeadDim; ++i)
      values_[i] += sums.low[i] + std::int64_t{sums.high[i]} * 256;
  }
  void rescale(std::uint32_t factor) {
    for (std::int64_t& value : values_) {
      const std::int64_t product = value * factor;
      value = (product >= 0 ? product + 32768 : product - 32768) >> 16;
    }
  }
  void divide(std::uint64_t sum, std::int8_t* out) const {
    for (std::size_t i = 0; i < kHeadDim; ++i)
      out[i] = saturate7(divide_rne_signed(values_[i], sum));
  }

 private:
  std::int64_t values_[kHeadDim] = {};
};

template <class Isa>
struct AttentionKernel {
  using Ops = typename Isa::Ops;
  using I32 = typename Ops::I32;
  using Wide = typename Ops::Wide;
  using Math = VectorMath<Ops>;
  using Segment = AttentionScratch::Segment;

  // Dot products to scores: RNE(dot / 4) * multiplier / 2^15, 0 <= multiplier <= 2^27. The product
  // is rounded on its magnitude, below 2^45; the score is below 2^31.
  static void scale_scores(std::int32_t* scores, std::size_t n, std::int32_t multiplier) {
    for (std::size_t t = 0; t < n; t += Ops::kLanes) {
      const I32 dot = Math::template shift_right_rne<2>(Ops::load(scores + t));
      const Wide product = Ops::multiply_wide(Ops::abs(dot), Ops::set(multiplier));
      const Wide odd = Ops::bit_and(Ops::template shift_right<15>(product), 1);
      const I32 rounded = Ops::narrow(
          Ops::template shift_right<15>(Ops::add(Ops::add(product, (1 << 14) - 1), odd)));
      Ops::store(scores + t, Math::with_sign(rounded, Math::sign(dot)));
    }
  }

  // Where the running maximum rises. `segments` starts with the sink's when there is one.
  static std::size_t find_segments(const std::int32_t* scores, std::size_t n, Segment* segments,
                                   std::size_t count) {
    std::int32_t maximum = count == 0 ? INT32_MIN : segments[count - 1].maximum;
    for (std::size_t begin = 0; begin < n; begin += Ops::kLanes) {
      if (!Ops::any_greater(Ops::load(scores + begin), Ops::set(maximum))) continue;
      const std::size_t end = begin + Ops::kLanes < n ? begin + Ops::kLanes : n;
      for (std::size_t t = begin; t < end; ++t) {
        if (scores[t] <= maximum) continue;
        maximum = scores[t];
        segments[count++] = {static_cast<std::uint32_t>(t), maximum};
      }
    }
    return count;
  }

  // Weights of positions [begin, end) under `maximum`, as bytes; returns their sum, below 2^31. The
  // kValueGroup positions on either side get weight zero, since Isa::weighted_values takes whole
  // groups: those before belong to segments that are done, those after to segments yet to come.
  static std::uint32_t segment_weights(const std::int32_t* scores, std::uint8_t* low,
                                       std::uint8_t* high, std::size_t begin, std::size_t end,
                                       std::int32_t maximum, const ExpFunction& exp) {
    constexpr std::size_t kGroup = Isa::kValueGroup;
    static_assert(kGroup <= AttentionScratch::kFrontPadding);
    std::memset(low + begin - kGroup, 0, kGroup);
    std::memset(high + begin - kGroup, 0, kGroup);
    I32 sum = Ops::set(0);
    for (std::size_t t = begin; t < end; t += Ops::kLanes) {
      const I32 taken = Ops::greater(Ops::set(static_cast<std::int32_t>(end - t)), Ops::iota());
      const I32 below = Ops::sub(Ops::set(maximum), Ops::load(scores + t));
      const I32 weight = Ops::bit_and(Math::exp_weight(below, exp), taken);
      sum = Ops::add(sum, weight);
      Ops::store_u8(low + t, weight);
      Ops::store_u8(high + t, Ops::template shift_right<8>(weight));
    }
    std::memset(low + end, 0, kGroup);
    std::memset(high + end, 0, kGroup);
    return static_cast<std::uint32_t>(Ops::sum(sum));
  }

  template <class Accumulator>
  static void attend_head(const AttentionInput& input, const KvCache& cache,
                          AttentionScratch& scratch, std::size_t segment_count, bool with_sink,
                          std::int8_t* out) {
    const Segment* segments = scratch.segments.data();
    std::uint8_t* low = scratch.weight_low.data() + AttentionScratch::kFrontPadding;
    std::uint8_t* high = scratch.weight_high.data() + AttentionScratch::kFrontPadding;
    Accumulator values;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < segment_count; ++i) {
      const std::int32_t maximum = segments[i].maximum;
      if (i > 0) {
        const std::uint32_t factor =
            czip::exp_weight(static_cast<std::uint32_t>(maximum) -
                                 static_cast<std::uint32_t>(segments[i - 1].maximum),
                             input.exp->coefficient, input.exp->table);
        sum = (sum * factor + 32768) >> 16;
        values.rescale(factor);
      } else if (with_sink) {
        sum = 65535;
      }
      const std::size_t begin = segments[i].begin;
      const std::size_t end = i + 1 < segment_count ? segments[i + 1].begin : input.positions;
      if (begin == end) continue;
      sum += segment_weights(scratch.scores.data(), low, high, begin, end, maximum, *input.exp);
      SegmentSums sums;
      Isa::weighted_values(cache.values, low, high, begin, end, sums);
      values.add(sums);
    }
    values.divide(sum, out);
  }

  static std::int32_t sink_score(const std::int8_t* query, const std::int8_t* key,
                                 std::int32_t multiplier) {
    std::int64_t dot = 0;
    for (std::size_t i = 0; i < kHeadDim; ++i) dot += std::int32_t{query[i]} * key[i];
    return saturate32(czip::shift_right_rne(czip::shift_right_rne(dot, 2) * multiplier, 15));
  }

  static void attend(const AttentionInput& input, const KvCache& cache, AttentionScratch& scratch,
                     std::int8_t* out) {
    const std::size_t n = input.positions;
    const bool with_sink = input.sink_key != nullptr;
    for (std::size_t h = 0; h < input.heads; ++h) {
      const std::int8_t* query = input.query + h * kHeadDim;
      const std::int32_t multiplier = input.score_multiplier[h];
      Isa::dot_keys(query, cache.keys, n, scratch.scores.data());
      scale_scores(scratch.scores.data(), n, multiplier);
      std::size_t count = 0;
      if (with_sink) scratch.segments[count++] = {0, sink_score(query, input.sink_key, multiplier)};
      count = find_segments(scratch.scores.data(), n, scratch.segments.data(), count);
      if (accumulator_wraps(input.dialect))
        attend_head<WrappingAccumulator<Ops>>(input, cache, scratch, count, with_sink,
                                              out + h * kHeadDim);
      else
        attend_head<WideAccumulator>(input, cache, scratch, count, with_sink, out + h * kHeadDim);
    }
  }
};

}  // namespace
}  // namespace czip
