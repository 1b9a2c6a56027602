// Vector primitives for the kernels in vector_*.hpp on AVX-512 (F, BW, VL, DQ, VNNI): 16 lanes of
// 32 bits.
//
// Only intrinsics and inline functions of internal linkage: nothing compiled here with AVX-512
// enabled may be merged by the linker with code that runs on other CPUs.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace czip::simd {
namespace {

inline __m512i load_64_bytes(const void* p) { return _mm512_loadu_si512(p); }

// The same four bytes in every lane.
inline __m512i broadcast_4_bytes(const void* p) {
  std::int32_t value;
  std::memcpy(&value, p, sizeof(value));
  return _mm512_set1_epi32(value);
}

// Sums of products, 16 x int32, over the steps of a loop. Sums of type __m512i, 8 x int64 to GCC,
// would be copied from register to register twice in each step.
using Sums512 = std::int32_t __attribute__((vector_size(64)));

inline Sums512 to_sums(__m512i v) { return reinterpret_cast<Sums512>(v); }
inline __m512i from_sums(Sums512 sums) { return reinterpret_cast<__m512i>(sums); }

// Adds four products of unsigned and signed bytes to each lane.
inline Sums512 add_products(Sums512 sums, __m512i unsigned_bytes, __m512i signed_bytes) {
  return to_sums(_mm512_dpbusd_epi32(from_sums(sums), unsigned_bytes, signed_bytes));
}

struct Avx512Ops {
  using I32 = __m512i;  // 16 x int32
  struct Wide {         // 16 x uint64: the even and the odd lanes
    __m512i even, odd;
  };
  static constexpr std::size_t kLanes = 16;

  static I32 set(std::int32_t x) { return _mm512_set1_epi32(x); }
  static I32 iota() {
    return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }
  static I32 load(const std::int32_t* p) { return _mm512_loadu_si512(p); }
  static void store(std::int32_t* p, I32 v) { _mm512_storeu_si512(p, v); }
  static I32 load_i8(const std::int8_t* p) { return _mm512_cvtepi8_epi32(load_128(p)); }
  static I32 load_i16(const std::int16_t* p) { return _mm512_cvtepi16_epi32(load_256(p)); }
  // Little-endian, unaligned.
  static I32 load_i16_bytes(const std::uint8_t* p) { return _mm512_cvtepi16_epi32(load_256(p)); }
  static I32 load_u16(const std::uint16_t* p) { return _mm512_cvtepu16_epi32(load_256(p)); }
  // The stores keep the low bits of each lane.
  static void store_i8(std::int8_t* p, I32 v) { store_128(p, _mm512_cvtepi32_epi8(v)); }
  static void store_u8(std::uint8_t* p, I32 v) { store_128(p, _mm512_cvtepi32_epi8(v)); }
  static void store_u16(std::uint16_t* p, I32 v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(v));
  }

  static I32 add(I32 a, I32 b) { return _mm512_add_epi32(a, b); }
  static I32 sub(I32 a, I32 b) { return _mm512_sub_epi32(a, b); }
  static I32 mul(I32 a, I32 b) { return _mm512_mullo_epi32(a, b); }
  static I32 bit_and(I32 a, I32 b) { return _mm512_and_si512(a, b); }
  static I32 bit_or(I32 a, I32 b) { return _mm512_or_si512(a, b); }
  static I32 bit_xor(I32 a, I32 b) { return _mm512_xor_si512(a, b); }
  static I32 min(I32 a, I32 b) { return _mm512_min_epi32(a, b); }
  static I32 max(I32 a, I32 b) { return _mm512_max_epi32(a, b); }
  static I32 min_unsigned(I32 a, I32 b) { return _mm512_min_epu32(a, b); }
  static I32 abs(I32 a) { return _mm512_abs_epi32(a); }
  // All ones where true.
  static I32 greater(I32 a, I32 b) { return _mm512_movm_epi32(_mm512_cmpgt_epi32_mask(a, b)); }
  static I32 equal(I32 a, I32 b) { return _mm512_movm_epi32(_mm512_cmpeq_epi32_mask(a, b)); }
  static bool any_greater(I32 a, I32 b) { return _mm512_cmpgt_epi32_mask(a, b) != 0; }

  template <int kShift>
  static I32 shift_right_signed(I32 a) {
    return _mm512_srai_epi32(a, kShift);
  }
  template <int kShift>
  static I32 shift_right(I32 a) {
    return _mm512_srli_epi32(a, kShift);
  }
  template <int kShift>
  static I32 shift_left(I32 a) {
    return _mm512_slli_epi32(a, kShift);
  }
  static I32 shift_right_signed(I32 a, int shift) { return _mm512_srav_epi32(a, set(shift)); }
  // Lane by lane; a shift of 32 or more gives 0.
  static I32 shift_right_each(I32 a, I32 shifts) { return _mm512_srlv_epi32(a, shifts); }
  static I32 shift_left_each(I32 a, I32 shifts) { return _mm512_sllv_epi32(a, shifts); }

  // table[index] of 256 entries, index < 256: eight permutations of 32 entries each and a choice
  // between them take half the time of a gather.
  static I32 look_up_256(const std::uint32_t* table, I32 index) {
    const __mmask16 bit_5 = _mm512_test_epi32_mask(index, set(32));
    const __mmask16 bit_6 = _mm512_test_epi32_mask(index, set(64));
    const __mmask16 bit_7 = _mm512_test_epi32_mask(index, set(128));
    const auto entry = [&](std::size_t first) {
      return _mm512_permutex2var_epi32(_mm512_load_si512(table + first), index,
                                       _mm512_load_si512(table + first + 16));
    };
    const auto of_64 = [&](std::size_t first) {
      return _mm512_mask_blend_epi32(bit_5, entry(first), entry(first + 32));
    };
    const auto of_128 = [&](std::size_t first) {
      return _mm512_mask_blend_epi32(bit_6, of_64(first), of_64(first + 64));
    };
    return _mm512_mask_blend_epi32(bit_7, of_128(0), of_128(128));
  }

  // table[index] of any number of entries.
  static I32 look_up(const std::uint32_t* table, I32 index) {
    return _mm512_i32gather_epi32(index, table, 4);
  }
  // table[index mod 16].
  static I32 look_up_16(const std::uint32_t* table, I32 index) {
    return _mm512_permutexvar_epi32(index, _mm512_load_si512(table));
  }

  // Lanes whose numbers differ by kBy, 1, 2, 4 or 8, in each other's place.
  template <int kBy>
  static I32 swap_lanes(I32 a) {
    if constexpr (kBy == 1) return _mm512_shuffle_epi32(a, _MM_PERM_CDAB);
    if constexpr (kBy == 2) return _mm512_shuffle_epi32(a, _MM_PERM_BADC);
    if constexpr (kBy == 4) return _mm512_shuffle_i32x4(a, a, 0xb1);
    return _mm512_shuffle_i32x4(a, a, 0x4e);
  }

  // Modulo 2^32; GCC's _mm512_reduce_add_epi32 adds as signed int, whose overflow is undefined.
  static std::int32_t sum(I32 a) {
    const __m256i halves =
        _mm256_add_epi32(_mm512_castsi512_si256(a), _mm512_extracti64x4_epi64(a, 1));
    __m128i v = _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
    v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0x4e));
    v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0xb1));
    return _mm_cvtsi128_si32(v);
  }
  static std::uint64_t sum(Wide a) {
    const __m512i lanes = _mm512_add_epi64(a.even, a.odd);
    const __m256i halves =
        _mm256_add_epi64(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64(lanes, 1));
    const __m128i two =
        _mm_add_epi64(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
    return static_cast<std::uint64_t>(
        _mm_cvtsi128_si64(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two))));
  }
  static std::int32_t largest(I32 a) { return _mm512_reduce_max_epi32(a); }

  // Unsigned 32 x 32 -> 64 bits.
  static Wide multiply_wide(I32 a, I32 b) {
    return {_mm512_mul_epu32(a, b),
            _mm512_mul_epu32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32))};
  }
  // Signed 32 x 32 -> 64 bits.
  static Wide multiply_signed(I32 a, I32 b) {
    return {_mm512_mul_epi32(a, b),
            _mm512_mul_epi32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32))};
  }
  // round(a / 2^shift), ties towards plus infinity, for |a| < 2^62 and 1 <= shift <= 62: its low 32
  // bits, or limited to +-bound.
  static I32 round_narrow(Wide a, int shift) { return narrow(round_shift(a, shift)); }
  static I32 round_narrow_limited(Wide a, int shift, std::int32_t bound) {
    const Wide x = round_shift(a, shift);
    const __m512i most = _mm512_set1_epi64(bound);
    const __m512i least = _mm512_set1_epi64(-std::int64_t{bound});
    return narrow({_mm512_max_epi64(_mm512_min_epi64(x.even, most), least),
                   _mm512_max_epi64(_mm512_min_epi64(x.odd, most), least)});
  }
  static Wide add(Wide a, Wide b) {
    return {_mm512_add_epi64(a.even, b.even), _mm512_add_epi64(a.odd, b.odd)};
  }
  static Wide add(Wide a, std::int64_t b) {
    return {_mm512_add_epi64(a.even, _mm512_set1_epi64(b)),
            _mm512_add_epi64(a.odd, _mm512_set1_epi64(b))};
  }
  static Wide bit_and(Wide a, std::int64_t b) {
    return {_mm512_and_si512(a.even, _mm512_set1_epi64(b)),
            _mm512_and_si512(a.odd, _mm512_set1_epi64(b))};
  }
  template <int kShift>
  static Wide shift_right(Wide a) {
    return {_mm512_srli_epi64(a.even, kShift), _mm512_srli_epi64(a.odd, kShift)};
  }
  static Wide zero_extend(I32 a) {
    return {_mm512_and_si512(a, _mm512_set1_epi64(0xffffffff)), _mm512_srli_epi64(a, 32)};
  }
  // The low 32 bits of each lane.
  static I32 narrow(Wide a) {
    return _mm512_mask_blend_epi32(0xaaaa, a.even, _mm512_slli_epi64(a.odd, 32));
  }

 private:
  static Wide round_shift(Wide a, int shift) {
    const Wide sum = add(a, std::int64_t{1} << (shift - 1));
    const __m128i count = _mm_cvtsi32_si128(shift);
    return {_mm512_sra_epi64(sum.even, count), _mm512_sra_epi64(sum.odd, count)};
  }

  static __m128i load_128(const void* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  static __m256i load_256(const void* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static void store_128(void* p, __m128i v) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v); }
};

}  // namespace
}  // namespace czip::simd
