// Vector primitives for the kernels in vector_*.hpp on AVX2: 8 lanes of 32 bits.
//
// Only intrinsics and inline functions of internal linkage: nothing compiled here with AVX2 enabled
// may be merged by the linker with code that runs on other CPUs.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace czip::simd {
namespace {

// Sums of products, 8 x int32, over the steps of a loop. Sums of type __m256i, 4 x int64 to GCC,
// would be copied from register to register in each step.
using Sums256 = std::int32_t __attribute__((vector_size(32)));

inline Sums256 to_sums(__m256i v) { return reinterpret_cast<Sums256>(v); }
inline __m256i from_sums(Sums256 sums) { return reinterpret_cast<__m256i>(sums); }

// Adds two products of 16-bit integers to each lane.
inline Sums256 add_products(Sums256 sums, __m256i a, __m256i b) {
  return to_sums(_mm256_add_epi32(from_sums(sums), _mm256_madd_epi16(a, b)));
}

// The same four bytes in every lane.
inline __m256i broadcast_4_bytes(const void* p) {
  std::int32_t value;
  std::memcpy(&value, p, sizeof(value));
  return _mm256_set1_epi32(value);
}

struct Avx2Ops {
  using I32 = __m256i;  // 8 x int32
  struct Wide {         // 8 x uint64: the even and the odd lanes
    __m256i even, odd;
  };
  static constexpr std::size_t kLanes = 8;

  static I32 set(std::int32_t x) { return _mm256_set1_epi32(x); }
  static I32 iota() { return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7); }
  static I32 load(const std::int32_t* p) { return load_256(p); }
  static void store(std::int32_t* p, I32 v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  static I32 load_i8(const std::int8_t* p) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  }
  static I32 load_i16(const std::int16_t* p) { return _mm256_cvtepi16_epi32(load_128(p)); }
  // Little-endian, unaligned.
  static I32 load_i16_bytes(const std::uint8_t* p) { return _mm256_cvtepi16_epi32(load_128(p)); }
  static I32 load_u16(const std::uint16_t* p) { return _mm256_cvtepu16_epi32(load_128(p)); }
  // The stores keep the low bits of each lane.
  static void store_i8(std::int8_t* p, I32 v) { store_low_bytes(p, v); }
  static void store_u8(std::uint8_t* p, I32 v) { store_low_bytes(p, v); }
  static void store_u16(std::uint16_t* p, I32 v) {
    const __m256i in_halves = _mm256_shuffle_epi8(
        v, _mm256_broadcastsi128_si256(_mm_setr_epi32(0x05040100, 0x0d0c0908, -1, -1)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                     _mm256_castsi256_si128(_mm256_permute4x64_epi64(in_halves, 0x08)));
  }

  static I32 add(I32 a, I32 b) { return _mm256_add_epi32(a, b); }
  static I32 sub(I32 a, I32 b) { return _mm256_sub_epi32(a, b); }
  static I32 mul(I32 a, I32 b) { return _mm256_mullo_epi32(a, b); }
  static I32 bit_and(I32 a, I32 b) { return _mm256_and_si256(a, b); }
  static I32 bit_or(I32 a, I32 b) { return _mm256_or_si256(a, b); }
  static I32 bit_xor(I32 a, I32 b) { return _mm256_xor_si256(a, b); }
  static I32 min(I32 a, I32 b) { return _mm256_min_epi32(a, b); }
  static I32 max(I32 a, I32 b) { return _mm256_max_epi32(a, b); }
  static I32 min_unsigned(I32 a, I32 b) { return _mm256_min_epu32(a, b); }
  static I32 abs(I32 a) { return _mm256_abs_epi32(a); }
  // All ones where true.
  static I32 greater(I32 a, I32 b) { return _mm256_cmpgt_epi32(a, b); }
  static I32 equal(I32 a, I32 b) { return _mm256_cmpeq_epi32(a, b); }
  static bool any_greater(I32 a, I32 b) { return _mm256_movemask_epi8(greater(a, b)) != 0; }

  template <int kShift>
  static I32 shift_right_signed(I32 a) {
    return _mm256_srai_epi32(a, kShift);
  }
  template <int kShift>
  static I32 shift_right(I32 a) {
    return _mm256_srli_epi32(a, kShift);
  }
  template <int kShift>
  static I32 shift_left(I32 a) {
    return _mm256_slli_epi32(a, kShift);
  }
  static I32 shift_right_signed(I32 a, int shift) { return _mm256_srav_epi32(a, set(shift)); }
  // Lane by lane; a shift of 32 or more gives 0.
  static I32 shift_right_each(I32 a, I32 shifts) { return _mm256_srlv_epi32(a, shifts); }
  static I32 shift_left_each(I32 a, I32 shifts) { return _mm256_sllv_epi32(a, shifts); }

  // Lane by lane: b where the mask's top bit is set, else a. vblendvps moves 32-bit lanes and
  // computes nothing with floats. Not _mm256_blendv_epi8: GCC 12 compiles it to its first operand
  // with -funsigned-char.
  static I32 select(I32 a, I32 b, I32 mask) {
    return _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b),
                                                _mm256_castsi256_ps(mask)));
  }

  // table[index] of 256 entries, index < 256.
  static I32 look_up_256(const std::uint32_t* table, I32 index) {
    return _mm256_i32gather_epi32(reinterpret_cast<const int*>(table), index, 4);
  }

  // table[index] of any number of entries.
  static I32 look_up(const std::uint32_t* table, I32 index) {
    return _mm256_i32gather_epi32(reinterpret_cast<const int*>(table), index, 4);
  }
  // table[index mod 16].
  static I32 look_up_16(const std::uint32_t* table, I32 index) {
    const I32 low = _mm256_permutevar8x32_epi32(load_256(table), index);
    const I32 high = _mm256_permutevar8x32_epi32(load_256(table + 8), index);
    const I32 upper = _mm256_cmpeq_epi32(bit_and(index, set(8)), set(8));
    return select(low, high, upper);
  }

  // Lanes whose numbers differ by kBy, 1, 2 or 4, in each other's place.
  template <int kBy>
  static I32 swap_lanes(I32 a) {
    if constexpr (kBy == 1) return _mm256_shuffle_epi32(a, 0xb1);
    if constexpr (kBy == 2) return _mm256_shuffle_epi32(a, 0x4e);
    return _mm256_permute2x128_si256(a, a, 1);
  }

  static std::int32_t sum(I32 a) {
    __m128i v = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0x4e));
    v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0xb1));
    return _mm_cvtsi128_si32(v);
  }
  static std::uint64_t sum(Wide a) {
    const __m256i lanes = _mm256_add_epi64(a.even, a.odd);
    const __m128i two =
        _mm_add_epi64(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    return static_cast<std::uint64_t>(
        _mm_cvtsi128_si64(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two))));
  }
  static std::int32_t largest(I32 a) {
    __m128i v = _mm_max_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    v = _mm_max_epi32(v, _mm_shuffle_epi32(v, 0x4e));
    v = _mm_max_epi32(v, _mm_shuffle_epi32(v, 0xb1));
    return _mm_cvtsi128_si32(v);
  }

  // Unsigned 32 x 32 -> 64 bits.
  static Wide multiply_wide(I32 a, I32 b) {
    return {_mm256_mul_epu32(a, b),
            _mm256_mul_epu32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32))};
  }
  // Signed 32 x 32 -> 64 bits.
  static Wide multiply_signed(I32 a, I32 b) {
    return {_mm256_mul_epi32(a, b),
            _mm256_mul_epi32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32))};
  }
  // round(a / 2^shift), ties towards plus infinity, for |a| < 2^62 and 1 <= shift <= 62: its low 32
  // bits, or limited to +-bound.
  static I32 round_narrow(Wide a, int shift) { return narrow(round_shift(a, shift)); }
  static I32 round_narrow_limited(Wide a, int shift, std::int32_t bound) {
    const Wide x = round_shift(a, shift);
    return narrow({limit(x.even, bound), limit(x.odd, bound)});
  }
  static Wide add(Wide a, Wide b) {
    return {_mm256_add_epi64(a.even, b.even), _mm256_add_epi64(a.odd, b.odd)};
  }
  static Wide add(Wide a, std::int64_t b) {
    return {_mm256_add_epi64(a.even, _mm256_set1_epi64x(b)),
            _mm256_add_epi64(a.odd, _mm256_set1_epi64x(b))};
  }
  static Wide bit_and(Wide a, std::int64_t b) {
    return {_mm256_and_si256(a.even, _mm256_set1_epi64x(b)),
            _mm256_and_si256(a.odd, _mm256_set1_epi64x(b))};
  }
  template <int kShift>
  static Wide shift_right(Wide a) {
    return {_mm256_srli_epi64(a.even, kShift), _mm256_srli_epi64(a.odd, kShift)};
  }
  static Wide zero_extend(I32 a) {
    return {_mm256_and_si256(a, _mm256_set1_epi64x(0xffffffff)), _mm256_srli_epi64(a, 32)};
  }
  // The low 32 bits of each lane.
  static I32 narrow(Wide a) {
    return _mm256_blend_epi32(a.even, _mm256_slli_epi64(a.odd, 32), 0xaa);
  }

  static __m128i load_128(const void* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  static __m256i load_256(const void* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  // 16 int8 as 16-bit integers.
  static __m256i widen_16_bytes(const void* p) { return _mm256_cvtepi8_epi16(load_128(p)); }

 private:
  // There is no arithmetic shift of 64 bits: 2^62 makes the sum positive.
  static Wide round_shift(Wide a, int shift) {
    constexpr std::int64_t kOffset = std::int64_t{1} << 62;
    const Wide sum = add(a, kOffset + (std::int64_t{1} << (shift - 1)));
    const __m128i count = _mm_cvtsi32_si128(shift);
    return add({_mm256_srl_epi64(sum.even, count), _mm256_srl_epi64(sum.odd, count)},
               -(kOffset >> shift));
  }
  static __m256i limit(__m256i a, std::int32_t bound) {
    const __m256i most = _mm256_set1_epi64x(bound);
    const __m256i least = _mm256_set1_epi64x(-std::int64_t{bound});
    const __m256i below = select(a, most, _mm256_cmpgt_epi64(a, most));
    return select(below, least, _mm256_cmpgt_epi64(least, below));
  }
  static void store_low_bytes(void* p, I32 v) {
    const __m256i in_halves =
        _mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(_mm_setr_epi32(0x0c080400, -1, -1, -1)));
    const __m128i joined = _mm_unpacklo_epi32(_mm256_castsi256_si128(in_halves),
                                              _mm256_extracti128_si256(in_halves, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), joined);
  }
};

}  // namespace
}  // namespace czip::simd
