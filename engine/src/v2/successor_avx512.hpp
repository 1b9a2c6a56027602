// successor_kernels.hpp for AVX-512: the sixteen lists are the lanes of a vector.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "czip/engine/v2/adaptive_probability.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "czip/engine/v2/successor_kernels.hpp"

namespace czip::v2 {
namespace {

struct Avx512Successors {
  static_assert(kListLanes == 16 && kSuccessorsPerList == 4);
  static constexpr std::size_t kWords = sizeof(SuccessorList) / sizeof(std::uint32_t);

  static __m512i load(const SuccessorLanes::Lanes& lanes) { return _mm512_load_si512(&lanes); }
  static void store(SuccessorLanes::Lanes& lanes, __m512i x) { _mm512_store_si512(&lanes, x); }
  static __m512i constant(std::uint32_t x) { return _mm512_set1_epi32(static_cast<int>(x)); }
  static __mmask16 first(std::size_t lists) {
    return static_cast<__mmask16>((std::uint32_t{1} << lists) - 1);
  }

  // Gathers and scatters take time for each lane, chosen or not: where only the first 4 or 8 are
  // chosen, a shorter vector does.
  template <int kScale = 4>
  static __m512i gather(__mmask16 mask, __m512i index, const void* base) {
    if (mask < 1U << 4)
      return _mm512_zextsi128_si512(
          _mm_mmask_i32gather_epi32(_mm_setzero_si128(), static_cast<__mmask8>(mask),
                                    _mm512_castsi512_si128(index), base, kScale));
    if (mask < 1U << 8)
      return _mm512_zextsi256_si512(
          _mm256_mmask_i32gather_epi32(_mm256_setzero_si256(), static_cast<__mmask8>(mask),
                                       _mm512_castsi512_si256(index), base, kScale));
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, index, base, kScale);
  }
  static void scatter(void* base, __mmask16 mask, __m512i index, __m512i x) {
    if (mask < 1U << 4)
      _mm_mask_i32scatter_epi32(base, static_cast<__mmask8>(mask), _mm512_castsi512_si128(index),
                                _mm512_castsi512_si128(x), 4);
    else if (mask < 1U << 8)
      _mm256_mask_i32scatter_epi32(base, static_cast<__mmask8>(mask), _mm512_castsi512_si256(index),
                                   _mm512_castsi512_si256(x), 4);
    else
      _mm512_mask_i32scatter_epi32(base, mask, index, x, 4);
  }

  // The four words of each list: check, total and escapes; two ranks; two ranks; counts.
  struct Lists {
    __m512i word[kWords];
  };
  static Lists gather_lists(const SuccessorList* table, const std::uint32_t* index,
                            std::size_t lists) {
    const __mmask16 mask = first(lists);
    const __m512i at = _mm512_slli_epi32(_mm512_maskz_loadu_epi32(mask, index), 2);
    Lists gathered;
    for (std::size_t w = 0; w < kWords; ++w)
      gathered.word[w] = gather(mask, at, reinterpret_cast<const std::uint32_t*>(table) + w);
    return gathered;
  }
  template <unsigned kShift>
  static __m512i byte(__m512i x) {
    return _mm512_and_si512(_mm512_srli_epi32(x, kShift), constant(0xff));
  }
  static void split_counts(__m512i word, __m512i (&count)[kSuccessorsPerList]) {
    count[0] = byte<0>(word);
    count[1] = byte<8>(word);
    count[2] = byte<16>(word);
    count[3] = byte<24>(word);
  }
  static void split_ranks(const Lists& lists, __m512i (&rank)[kSuccessorsPerList]) {
    const __m512i low = constant(0xffff);
    rank[0] = _mm512_and_si512(lists.word[1], low);
    rank[1] = _mm512_srli_epi32(lists.word[1], 16);
    rank[2] = _mm512_and_si512(lists.word[2], low);
    rank[3] = _mm512_srli_epi32(lists.word[2], 16);
  }
  static __mmask16 not_zero(__m512i x) { return _mm512_test_epi32_mask(x, x); }

  static void load_lists(const SuccessorList* table, const std::uint32_t* index, std::size_t lists,
                         SuccessorLanes& lanes) {
    const Lists gathered = gather_lists(table, index, lists);
    __m512i rank[kSuccessorsPerList];
    __m512i count[kSuccessorsPerList];
    split_ranks(gathered, rank);
    split_counts(gathered.word[3], count);
    __mmask16 open = 0xffff;
    for (std::size_t k = 0; k < kSuccessorsPerList; ++k) {
      open &= not_zero(count[k]);
      store(lanes.rank[k], rank[k]);
      store(lanes.count[k], _mm512_maskz_mov_epi32(open, count[k]));
    }
    const __m512i total = byte<16>(gathered.word[0]);
    const __m512i escapes = _mm512_srli_epi32(gathered.word[0], 24);
    const __mmask16 sometimes = _mm512_cmpge_epu32_mask(_mm512_slli_epi32(escapes, 2), total);
    const __mmask16 mostly =
        sometimes &
        _mm512_cmpge_epu32_mask(_mm512_add_epi32(escapes, _mm512_slli_epi32(escapes, 1)),
                                _mm512_slli_epi32(total, 1));
    __m512i state =
        _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                           constant(kSuccessorStates));
    const __m512i step = constant(kStatesPerEscapeClass);
    state = _mm512_mask_add_epi32(state, sometimes, state, step);
    state = _mm512_mask_add_epi32(state, mostly, state, step);
    store(lanes.first_state, state);
    lanes.active = not_zero(load(lanes.count[0]));
  }

  static __m512i count_classes(__m512i n) {
    static_assert(kCountClass.size() == 11);
    const __m512i table =
        _mm512_setr_epi32(kCountClass[0], kCountClass[1], kCountClass[2], kCountClass[3],
                          kCountClass[4], kCountClass[5], kCountClass[6], kCountClass[7],
                          kCountClass[8], kCountClass[9], kCountClass[10], 0, 0, 0, 0, 0);
    return _mm512_permutexvar_epi32(_mm512_min_epu32(n, constant(kCountClass.size() - 1)), table);
  }
  // Without the latest token's bit.
  static __m512i states(const SuccessorLanes& lanes, std::uint32_t decision_class, __m512i zeros,
                        __m512i ones) {
    const __m512i classes =
        _mm512_add_epi32(_mm512_mullo_epi32(count_classes(zeros), constant(2 * kCountClasses)),
                         _mm512_slli_epi32(count_classes(ones), 1));
    return _mm512_add_epi32(
        _mm512_add_epi32(load(lanes.first_state), constant(decision_class * kStatesPerDecision)),
        classes);
  }
  static __m512i probabilities(__mmask16 mask, __m512i state, const std::uint32_t* maps) {
    return _mm512_srli_epi32(gather(mask, state, maps), kAdaptiveCountBits);
  }

  static void score_lists(const SuccessorLanes& lanes, std::size_t which, const std::uint32_t* maps,
                          std::uint32_t* probability) {
    __m512i total = load(lanes.count[0]);
    for (std::size_t k = 1; k < kSuccessorsPerList; ++k)
      total = _mm512_add_epi32(total, load(lanes.count[k]));
    const __m512i ones = load(lanes.count[which]);
    const __m512i state =
        _mm512_add_epi32(states(lanes, kCandidateClass, _mm512_sub_epi32(total, ones), ones),
                         constant(which == 0 ? 1 : 0));
    _mm512_storeu_si512(probability, probabilities(not_zero(ones), state, maps));
  }

  static __mmask16 makes_one(const SuccessorDecision& decision, __m512i rank) {
    const __m512i bound = constant(decision.rank);
    return decision.is_candidate ? _mm512_cmpeq_epu32_mask(rank, bound)
                                 : _mm512_cmpge_epu32_mask(rank, bound);
  }

  static __m512i stretched(__mmask16 mask, __m512i p, const std::int16_t* stretch) {
    constexpr std::uint32_t kEntries = kStretchEntries;
    constexpr std::uint32_t kSteepFrom = kProbabilityOne - kSteepBelow;
    const __mmask16 low = _mm512_cmplt_epu32_mask(p, constant(kSteepBelow));
    const __mmask16 high = _mm512_cmpge_epu32_mask(p, constant(kSteepFrom));
    __m512i index = _mm512_add_epi32(_mm512_srli_epi32(p, kStretchShift), constant(2 * kEntries));
    index = _mm512_mask_srli_epi32(index, low, p, kSteepStretchShift);
    index = _mm512_mask_add_epi32(
        index, high,
        _mm512_srli_epi32(_mm512_sub_epi32(p, constant(kSteepFrom)), kSteepStretchShift),
        constant(kEntries));
    return _mm512_srai_epi32(_mm512_slli_epi32(gather<2>(mask, index, stretch), 16), 16);
  }

  static void predict_lists(SuccessorLanes& lanes, const SuccessorDecision& decision,
                            const std::uint32_t* maps, const std::int16_t* stretch,
                            std::int32_t* inputs) {
    __m512i zeros = _mm512_setzero_si512();
    __m512i ones = _mm512_setzero_si512();
    __mmask16 found = 0;
    __mmask16 latest = 0;
    for (std::size_t k = 0; k < kSuccessorsPerList; ++k) {
      const __m512i count = load(lanes.count[k]);
      const __mmask16 one = makes_one(decision, load(lanes.rank[k]));
      const __mmask16 there = not_zero(count);
      zeros = _mm512_mask_add_epi32(zeros, static_cast<__mmask16>(~one), zeros, count);
      ones = _mm512_mask_add_epi32(ones, one, ones, count);
      latest = static_cast<__mmask16>(latest | (there & one & ~found));
      found |= there;
    }
    const auto active = static_cast<__mmask16>(lanes.active);
    __m512i state = states(lanes, decision.decision_class, zeros, ones);
    state = _mm512_mask_add_epi32(state, latest, state, constant(1));
    const __m512i map = gather(active, state, maps);
    store(lanes.state, state);
    store(lanes.map, map);
    _mm512_storeu_si512(inputs,
                        stretched(active, _mm512_srli_epi32(map, kAdaptiveCountBits), stretch));
  }

  // Even lanes of (x * y) >> kReciprocalBits, each 64 bits wide: signed x times y < 2^31.
  static __m512i scaled(__m512i x, __m512i y) {
    return _mm512_srai_epi64(_mm512_mul_epi32(x, y), kReciprocalBits);
  }

  static void learn_lists(const SuccessorLanes& lanes, bool bit, std::uint32_t limit,
                          std::uint32_t* maps) {
    const auto active = static_cast<__mmask16>(lanes.active);
    const __m512i state = load(lanes.state);
    const __m512i raw = load(lanes.map);
    const __m512i p = _mm512_srli_epi32(raw, kAdaptiveCountBits);
    const __m512i n = _mm512_and_si512(raw, constant((1U << kAdaptiveCountBits) - 1));
    const __m512i reciprocal = gather(active, n, kReciprocals.data());
    const __m512i error = _mm512_sub_epi32(constant(bit ? kMaxProbability : 0), p);
    const __m512i even = scaled(error, reciprocal);
    const __m512i odd = scaled(_mm512_srli_epi64(error, 32), _mm512_srli_epi64(reciprocal, 32));
    const __m512i step = _mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32));
    const __m512i counted =
        _mm512_mask_add_epi32(n, _mm512_cmplt_epu32_mask(n, constant(limit)), n, constant(1));
    const __m512i moved =
        _mm512_or_si512(_mm512_slli_epi32(_mm512_add_epi32(p, step), kAdaptiveCountBits), counted);
    // Each list has maps of its own, so that no two lanes meet.
    scatter(maps, active, state, moved);
  }

  static void rule_out(SuccessorLanes& lanes, const SuccessorDecision& decision, bool bit) {
    __mmask16 active = 0;
    for (std::size_t k = 0; k < kSuccessorsPerList; ++k) {
      const __mmask16 one = makes_one(decision, load(lanes.rank[k]));
      const __mmask16 stays = bit ? one : static_cast<__mmask16>(~one);
      const __m512i count = _mm512_maskz_mov_epi32(stays, load(lanes.count[k]));
      store(lanes.count[k], count);
      active |= not_zero(count);
    }
    lanes.active = active;
  }

  static __m512i incremented(__m512i count) {
    return _mm512_min_epu32(_mm512_add_epi32(count, constant(1)), constant(kMaxSuccessorCount));
  }
  static __m512i decayed(__m512i count) {
    const __mmask16 many = _mm512_cmpgt_epu32_mask(count, constant(kMinDecayingCount));
    const __m512i three = _mm512_add_epi32(count, _mm512_slli_epi32(count, 1));
    return _mm512_mask_srli_epi32(count, many, _mm512_add_epi32(three, constant(1)), 2);
  }

  static void update_lists(SuccessorList* table, const std::uint32_t* index, std::size_t lists,
                           std::uint16_t coded) {
    Lists words = gather_lists(table, index, lists);
    __m512i rank[kSuccessorsPerList];
    __m512i count[kSuccessorsPerList];
    split_ranks(words, rank);
    split_counts(words.word[3], count);
    // past[k]: the coded token, or the place for it, comes after place k.
    const __m512i token = constant(coded);
    __mmask16 searching = 0xffff;
    __mmask16 found = 0;
    __mmask16 past[kSuccessorsPerList];
    __m512i coded_count = _mm512_setzero_si512();
    for (std::size_t k = 0; k < kSuccessorsPerList; ++k) {
      searching &= not_zero(count[k]);
      const __mmask16 here = _mm512_mask_cmpeq_epu32_mask(searching, rank[k], token);
      coded_count = _mm512_mask_mov_epi32(coded_count, here, count[k]);
      found |= here;
      searching = static_cast<__mmask16>(searching & ~here);
      past[k] = searching;
    }
    const auto missing = static_cast<__mmask16>(~found);
    for (std::size_t k = kSuccessorsPerList - 1; k > 0; --k) {
      // Place k gets the successor before it, if the coded token stood there or later.
      rank[k] = _mm512_mask_mov_epi32(rank[k], past[k - 1], rank[k - 1]);
      count[k] = decayed(_mm512_mask_mov_epi32(count[k], past[k - 1], count[k - 1]));
    }
    rank[0] = token;
    count[0] = incremented(coded_count);
    const __m512i total = incremented(byte<16>(words.word[0]));
    __m512i escapes = _mm512_srli_epi32(words.word[0], 24);
    escapes = _mm512_mask_mov_epi32(escapes, missing, incremented(escapes));
    words.word[0] = _mm512_or_si512(
        _mm512_and_si512(words.word[0], constant(0xffff)),
        _mm512_or_si512(_mm512_slli_epi32(total, 16), _mm512_slli_epi32(escapes, 24)));
    words.word[1] = _mm512_or_si512(rank[0], _mm512_slli_epi32(rank[1], 16));
    words.word[2] = _mm512_or_si512(rank[2], _mm512_slli_epi32(rank[3], 16));
    words.word[3] = _mm512_or_si512(
        _mm512_or_si512(count[0], _mm512_slli_epi32(count[1], 8)),
        _mm512_or_si512(_mm512_slli_epi32(count[2], 16), _mm512_slli_epi32(count[3], 24)));
    const __mmask16 mask = first(lists);
    const __m512i at = _mm512_slli_epi32(_mm512_maskz_loadu_epi32(mask, index), 2);
    for (std::size_t w = 0; w < kWords; ++w)
      scatter(reinterpret_cast<std::uint32_t*>(table) + w, mask, at, words.word[w]);
  }

  static constexpr SuccessorKernels make_kernels() {
    return {.load = load_lists,
            .score = score_lists,
            .predict = predict_lists,
            .learn = learn_lists,
            .rule_out = rule_out,
            .update = update_lists};
  }
};

}  // namespace
}  // namespace czip::v2
