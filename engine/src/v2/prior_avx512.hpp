// prior_kernels.hpp for AVX-512: 32 cells at a time.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "czip/engine/v2/prior_kernels.hpp"

namespace czip::v2 {
namespace {

struct Avx512Prior {
  static constexpr std::size_t kLanes = 32;

  static __m512i constant(std::uint32_t x) { return _mm512_set1_epi16(static_cast<short>(x)); }
  static __mmask32 first(std::size_t cells) {
    return cells >= kLanes ? 0xffffffff : (std::uint32_t{1} << cells) - 1;
  }
  static std::size_t lowest(__mmask32 mask) {
    return static_cast<std::size_t>(__builtin_ctz(mask));
  }

  // A rank is below the split if its cell is below that of the split and of level 0. The split is
  // past all ranks where its cell has no 16 bits.
  static PriorSum below(const std::uint8_t* cells, std::size_t count, std::uint32_t split,
                        const PriorLevelTable& table) {
    // The indices are below eight, so that the rest of the table is never used.
    const __m512i levels =
        _mm512_castsi128_si512(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
    const bool all = split >= (std::uint32_t{1} << (16 - kPriorLevelBits));
    const __m512i bound = constant(split << kPriorLevelBits);
    __m512i low = _mm512_setzero_si512();
    __m512i high = _mm512_setzero_si512();
    PriorSum sum{};
    for (std::size_t i = 0; i < count; i += kLanes) {
      const __mmask32 mask = first(count - i);
      const __m512i cell = _mm512_maskz_loadu_epi16(mask, cells + 2 * i);
      const __mmask32 under = all ? mask : _mm512_mask_cmplt_epu16_mask(mask, cell, bound);
      sum.cells += static_cast<std::uint32_t>(__builtin_popcount(under));
      const __m512i p = _mm512_maskz_permutexvar_epi16(
          under, _mm512_and_si512(cell, constant(kPriorLevels - 1)), levels);
      // Sums of bytes: the lower ones of all probabilities, and the upper ones.
      const __m512i zero = _mm512_setzero_si512();
      low = _mm512_add_epi64(low, _mm512_sad_epu8(_mm512_and_si512(p, constant(0xff)), zero));
      high = _mm512_add_epi64(high, _mm512_sad_epu8(_mm512_srli_epi16(p, 8), zero));
    }
    sum.probability = static_cast<std::uint32_t>(
        _mm512_reduce_add_epi64(_mm512_add_epi64(low, _mm512_slli_epi64(high, 8))));
    return sum;
  }

  static std::size_t find(const std::uint8_t* cells, std::size_t count, std::uint32_t rank) {
    for (std::size_t i = 0; i < count; i += kLanes) {
      const __mmask32 mask = first(count - i);
      const __m512i cell = _mm512_maskz_loadu_epi16(mask, cells + 2 * i);
      const __mmask32 here = _mm512_mask_cmpeq_epu16_mask(
          mask, _mm512_srli_epi16(cell, kPriorLevelBits), constant(rank));
      if (here != 0) return i + lowest(here);
    }
    return count;
  }

  static std::size_t likeliest(const std::uint8_t* cells, std::size_t count) {
    // First the least level of all, then the first cell that has it.
    __m512i least = constant(kPriorLevels - 1);
    for (std::size_t i = 0; i < count; i += kLanes)
      least = _mm512_min_epu16(least, level(cells, i, first(count - i)));
    __mmask32 at_least = 0xffffffff;
    std::uint32_t value = 0;
    for (; value < kPriorLevels; ++value) {
      at_least = _mm512_cmpeq_epu16_mask(least, constant(value));
      if (at_least != 0) break;
    }
    for (std::size_t i = 0; i < count; i += kLanes) {
      const __mmask32 mask = first(count - i);
      const __mmask32 here =
          _mm512_mask_cmpeq_epu16_mask(mask, level(cells, i, mask), constant(value));
      if (here != 0) return i + lowest(here);
    }
    return 0;
  }

  static constexpr PriorKernels make_kernels() {
    return {.below = below, .find = find, .likeliest = likeliest};
  }

 private:
  // The levels; the highest one where there is no cell.
  static __m512i level(const std::uint8_t* cells, std::size_t i, __mmask32 mask) {
    const __m512i highest = constant(kPriorLevels - 1);
    return _mm512_and_si512(_mm512_mask_loadu_epi16(highest, mask, cells + 2 * i), highest);
  }
};

}  // namespace
}  // namespace czip::v2
