// Attention over vector primitives, equal to the scalar online softmax position by position.
//
// The online softmax (Milakov & Gimelshein 2018) rescales its sums only where the running maximum
// rises. Between two such places, in a segment, the weights depend on the segment's maximum alone,
// and their sums may be computed in any order: exactly in the 64-bit dialects, modulo 2^32 in the
// wrapping one. The weights are split into low and high bytes, whose products with int8 values add
// up exactly in 32 bits: 255 * 127 * kMaxPositions < 2^30.
//
// An Isa gives the primitives and what differs by more than lane count (v1/attention_*.hpp):
//   Ops
//   kHeadsPerPass    heads whose dot products are computed together
//   kValueGroup      positions that weighted_values takes at a time
//   append_key_value as in Kernels; the layout of keys and values is the Isa's own
//   dot_keys(queries, heads, keys, n, dots, stride)
//       dots[h * stride + t] = query h . key t for n positions, rounded up to whole blocks
//   weighted_values(values, weight_low, weight_high, begin, end, sums)
//       sums = sum of weight * value over positions [begin, end), rounded outwards to whole groups
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "czip/engine/integer_math.hpp"
#include "v1/kernels.hpp"
#include "v1/vector_kernels.hpp"

namespace czip::v1 {
namespace {

// A segment's sums over positions of weight * value, as low + 256 * high: most levels multiply the
// weights' low and high bytes separately.
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

  // rescaled(v): (v * factor + 2^15) >> 16 for v >= 0, and one less than that below zero. A
  // negative v is multiplied as v + 2^32; the excess, factor << 16, is subtracted afterwards.
  void rescale(std::uint32_t factor) {
    const I32 multiplier = Ops::set(static_cast<std::int32_t>(factor));
    const I32 if_negative = Ops::set(static_cast<std::int32_t>(~(factor << kExpWeightShift)));
    for (std::size_t i = 0; i < kHeadDim; i += Ops::kLanes) {
      const I32 value = Ops::load(values_ + i);
      const Wide product =
          Ops::add(Ops::multiply_wide(value, multiplier), 1 << (kExpWeightShift - 1));
      Ops::store(values_ + i,
                 Ops::add(Ops::narrow(Ops::template shift_right<kExpWeightShift>(product)),
                          Ops::bit_and(Math::sign(value), if_negative)));
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
      const I32 rounded = Ops::min(Ops::add(quotient, up), Ops::set(kValueBound));
      Ops::store_i8(out + i, Math::with_sign(rounded, Math::sign(value)));
    }
  }

 private:
  alignas(64) std::int32_t values_[kHeadDim] = {};
};

// The same sum in 64 bits, dialects `i64` and `python`: |v| < 2^39.
class WideAccumulator {
 public:
  void add(const SegmentSums& sums) {
    for (std::size_t i = 0; i < kHeadDim; ++i)
      values_[i] += sums.low[i] + std::int64_t{sums.high[i]} * 256;
  }
  void rescale(std::uint32_t factor) {
    for (std::int64_t& value : values_) value = rescaled(value, factor);
  }
  void divide(std::uint64_t sum, std::int8_t* out) const {
    for (std::size_t i = 0; i < kHeadDim; ++i)
      out[i] = saturate7(divide_rne_signed(values_[i], sum));
  }

 private:
  std::int64_t values_[kHeadDim] = {};
};

// Prefetches the next call's cache, a few lines with each vector of positions in scale_scores and
// weigh: all at once they would wait for each other and delay this call's loads.
class CachePrefetch {
 public:
  CachePrefetch(const AttentionInput& input, std::size_t lanes)
      : current_(input.next_cache.keys),
        values_(input.next_cache.values),
        bytes_(std::size_t{input.next_positions} * kHeadDim) {
    const std::size_t steps = 2 * input.heads * simd::round_up(input.positions, lanes) / lanes;
    bytes_per_step_ = simd::round_up(2 * bytes_ / steps + 1, simd::kCacheLine);
  }

  void step() {
    for (std::size_t i = 0; i < bytes_per_step_ && offset_ < bytes_; i += simd::kCacheLine) {
      __builtin_prefetch(current_ + offset_, 0, 2);
      offset_ += simd::kCacheLine;
    }
    if (offset_ < bytes_ || values_ == nullptr) return;
    current_ = values_;
    values_ = nullptr;
    offset_ = 0;
  }

 private:
  const std::int8_t* current_;
  const std::int8_t* values_;  // null when it is their turn
  std::size_t bytes_;
  std::size_t bytes_per_step_;
  std::size_t offset_ = 0;
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
  static void scale_scores(std::int32_t* scores, std::size_t n, std::int32_t multiplier,
                           CachePrefetch& prefetch) {
    for (std::size_t t = 0; t < n; t += Ops::kLanes) {
      prefetch.step();
      const I32 dot = Math::template shift_right_rne<kDotShift>(Ops::load(scores + t));
      const Wide product = Ops::multiply_wide(Ops::abs(dot), Ops::set(multiplier));
      const Wide odd = Ops::bit_and(Ops::template shift_right<kScoreShift>(product), 1);
      const I32 rounded = Ops::narrow(Ops::template shift_right<kScoreShift>(
          Ops::add(Ops::add(product, (1 << (kScoreShift - 1)) - 1), odd)));
      Ops::store(scores + t, Math::with_sign(rounded, Math::sign(dot)));
    }
  }

  // Finds where the running maximum rises and replaces each score by its distance below that
  // maximum. `segments` starts with the sink's when there is one and has room for one more than n.
  static std::size_t find_segments(std::int32_t* scores, std::size_t n, Segment* segments,
                                   std::size_t count) {
    std::int32_t maximum = count == 0 ? INT32_MIN : segments[count - 1].maximum;
    for (std::size_t begin = 0; begin < n; begin += Ops::kLanes) {
      const I32 block = Ops::load(scores + begin);
      if (!Ops::any_greater(block, Ops::set(maximum))) {
        Ops::store(scores + begin, Ops::sub(Ops::set(maximum), block));
        continue;
      }
      // A segment is written at every position and kept where the maximum rises: such a place
      // cannot be predicted, and a branch there costs more than the stores.
      const std::size_t end = begin + Ops::kLanes < n ? begin + Ops::kLanes : n;
      for (std::size_t t = begin; t < end; ++t) {
        const std::int32_t score = scores[t];
        segments[count] = {static_cast<std::uint32_t>(t), score};
        count += score > maximum ? 1 : 0;
        maximum = score > maximum ? score : maximum;
        scores[t] = static_cast<std::int32_t>(static_cast<std::uint32_t>(maximum) -
                                              static_cast<std::uint32_t>(score));
      }
    }
    return count;
  }

  // Replaces distances by the softmax weights and writes those as bytes, too.
  static void weigh(std::int32_t* distances, std::size_t n, const ExpFunction& exp,
                    std::uint8_t* low, std::uint8_t* high, CachePrefetch& prefetch) {
    for (std::size_t t = 0; t < n; t += Ops::kLanes) {
      prefetch.step();
      const I32 weight = Math::exp_weight(Ops::load(distances + t), exp);
      Ops::store(distances + t, weight);
      Ops::store_u8(low + t, weight);
      Ops::store_u8(high + t, Ops::template shift_right<8>(weight));
    }
  }

  // Below 2^31.
  static std::uint32_t sum_of(const std::int32_t* weights, std::size_t begin, std::size_t end) {
    I32 sum = Ops::set(0);
    for (std::size_t t = begin; t < end; t += Ops::kLanes) {
      const I32 taken = Ops::greater(Ops::set(static_cast<std::int32_t>(end - t)), Ops::iota());
      sum = Ops::add(sum, Ops::bit_and(Ops::load(weights + t), taken));
    }
    return static_cast<std::uint32_t>(Ops::sum(sum));
  }

  // Isa::weighted_values takes whole groups of kValueGroup positions. The weights on either side of
  // the segment are therefore zeroed, those after it only for as long as this runs: the ones before
  // belong to segments that are done.
  static void segment_values(const std::int8_t* values, std::uint8_t* low, std::uint8_t* high,
                             std::size_t begin, std::size_t end, SegmentSums& sums) {
    constexpr std::size_t kGroup = Isa::kValueGroup;
    static_assert(kGroup <= AttentionScratch::kFrontPadding);
    std::uint8_t low_after[kGroup];
    std::uint8_t high_after[kGroup];
    std::memcpy(low_after, low + end, kGroup);
    std::memcpy(high_after, high + end, kGroup);
    std::memset(low + end, 0, kGroup);
    std::memset(high + end, 0, kGroup);
    std::memset(low + begin - kGroup, 0, kGroup);
    std::memset(high + begin - kGroup, 0, kGroup);
    Isa::weighted_values(values, low, high, begin, end, sums);
    std::memcpy(low + end, low_after, kGroup);
    std::memcpy(high + end, high_after, kGroup);
  }

  // `weights` holds the distances below the segments' maxima.
  template <class Accumulator>
  static void sum_segments(const AttentionInput& input, const KvCache& cache,
                           AttentionScratch& scratch, std::int32_t* weights,
                           std::size_t segment_count, CachePrefetch& prefetch, std::int8_t* out) {
    const Segment* segments = scratch.segments.data();
    std::uint8_t* low = scratch.weight_low.data() + AttentionScratch::kFrontPadding;
    std::uint8_t* high = scratch.weight_high.data() + AttentionScratch::kFrontPadding;
    weigh(weights, input.positions, *input.exp, low, high, prefetch);
    Accumulator values;
    std::int64_t sum = 0;  // below 2^31
    for (std::size_t i = 0; i < segment_count; ++i) {
      const std::int32_t maximum = segments[i].maximum;
      if (i > 0) {
        const std::uint32_t factor =
            czip::v1::exp_weight(static_cast<std::uint32_t>(maximum) -
                                     static_cast<std::uint32_t>(segments[i - 1].maximum),
                                 input.exp->coefficient, input.exp->table);
        sum = rescaled(sum, factor);
        values.rescale(factor);
      } else if (input.sink_key != nullptr) {
        sum = kMaxExpWeight;
      }
      const std::size_t begin = segments[i].begin;
      const std::size_t end = i + 1 < segment_count ? segments[i + 1].begin : input.positions;
      if (begin == end) continue;
      sum += sum_of(weights, begin, end);
      SegmentSums sums;
      segment_values(cache.values, low, high, begin, end, sums);
      values.add(sums);
    }
    values.divide(static_cast<std::uint64_t>(sum), out);
  }

  static std::int32_t sink_score(const std::int8_t* query, const std::int8_t* key,
                                 std::int32_t multiplier) {
    std::int64_t dot = 0;
    for (std::size_t i = 0; i < kHeadDim; ++i) dot += std::int32_t{query[i]} * key[i];
    return attention_score(dot, multiplier);
  }

  // `scores` holds head h's dot products with the keys.
  static void attend_head(const AttentionInput& input, const KvCache& cache,
                          AttentionScratch& scratch, std::size_t h, std::int32_t* scores,
                          CachePrefetch& prefetch, std::int8_t* out) {
    const std::int32_t multiplier = input.score_multiplier[h];
    scale_scores(scores, input.positions, multiplier, prefetch);
    std::size_t count = 0;
    if (input.sink_key != nullptr)
      scratch.segments[count++] = {
          0, sink_score(input.query + h * kHeadDim, input.sink_key, multiplier)};
    count = find_segments(scores, input.positions, scratch.segments.data(), count);
    if (accumulator_wraps(input.dialect))
      sum_segments<WrappingAccumulator<Ops>>(input, cache, scratch, scores, count, prefetch, out);
    else
      sum_segments<WideAccumulator>(input, cache, scratch, scores, count, prefetch, out);
  }

  static void attend(const AttentionInput& input, const KvCache& cache, AttentionScratch& scratch,
                     std::int8_t* out) {
    constexpr std::size_t kHeads = Isa::kHeadsPerPass;
    static_assert(kHeads <= AttentionScratch::kMaxHeadsPerPass);
    CachePrefetch prefetch(input, Ops::kLanes);
    for (std::size_t first = 0; first < input.heads; first += kHeads) {
      const std::size_t heads = input.heads - first < kHeads ? input.heads - first : kHeads;
      Isa::dot_keys(input.query + first * kHeadDim, heads, cache.keys, input.positions,
                    scratch.scores.data(), scratch.stride);
      for (std::size_t i = 0; i < heads; ++i)
        attend_head(input, cache, scratch, first + i, scratch.scores.data() + i * scratch.stride,
                    prefetch, out + (first + i) * kHeadDim);
    }
  }
};

}  // namespace
}  // namespace czip::v1
