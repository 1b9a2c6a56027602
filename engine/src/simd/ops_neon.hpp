// Vector primitives for the kernels in vector_*.hpp on AArch64 NEON: 4 lanes of 32 bits.
//
// Only intrinsics and inline functions of internal linkage: this is compiled once for every ARMv8
// CPU and once with the dot product extension enabled, which the linker must not merge.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace czip::simd {
namespace {

struct NeonOps {
  using I32 = int32x4_t;
  struct Wide {  // 4 x uint64: lanes 0 and 1, lanes 2 and 3
    uint64x2_t low, high;
  };
  static constexpr std::size_t kLanes = 4;

  static I32 set(std::int32_t x) { return vdupq_n_s32(x); }
  static I32 iota() {
    alignas(16) static constexpr std::int32_t kIota[kLanes] = {0, 1, 2, 3};
    return vld1q_s32(kIota);
  }
  static I32 load(const std::int32_t* p) { return vld1q_s32(p); }
  static void store(std::int32_t* p, I32 v) { vst1q_s32(p, v); }
  static I32 load_i8(const std::int8_t* p) {
    std::uint32_t bytes;
    std::memcpy(&bytes, p, sizeof(bytes));
    return vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u32(vdup_n_u32(bytes)))));
  }
  static I32 load_i16(const std::int16_t* p) { return vmovl_s16(vld1_s16(p)); }
  // Little-endian, unaligned.
  static I32 load_i16_bytes(const std::uint8_t* p) {
    return vmovl_s16(vreinterpret_s16_u8(vld1_u8(p)));
  }
  static I32 load_u16(const std::uint16_t* p) { return signed_lanes(vmovl_u16(vld1_u16(p))); }
  // The stores keep the low bits of each lane.
  static void store_i8(std::int8_t* p, I32 v) { store_low_bytes(p, v); }
  static void store_u8(std::uint8_t* p, I32 v) { store_low_bytes(p, v); }
  static void store_u16(std::uint16_t* p, I32 v) { vst1_u16(p, vmovn_u32(unsigned_lanes(v))); }

  // Results modulo 2^32. Unsigned lanes: gcc implements the intrinsics for signed ones by its
  // operators, whose overflow is undefined.
  static I32 add(I32 a, I32 b) {
    return signed_lanes(vaddq_u32(unsigned_lanes(a), unsigned_lanes(b)));
  }
  static I32 sub(I32 a, I32 b) {
    return signed_lanes(vsubq_u32(unsigned_lanes(a), unsigned_lanes(b)));
  }
  static I32 mul(I32 a, I32 b) {
    return signed_lanes(vmulq_u32(unsigned_lanes(a), unsigned_lanes(b)));
  }
  static I32 bit_and(I32 a, I32 b) { return vandq_s32(a, b); }
  static I32 bit_or(I32 a, I32 b) { return vorrq_s32(a, b); }
  static I32 bit_xor(I32 a, I32 b) { return veorq_s32(a, b); }
  static I32 min(I32 a, I32 b) { return vminq_s32(a, b); }
  static I32 max(I32 a, I32 b) { return vmaxq_s32(a, b); }
  static I32 min_unsigned(I32 a, I32 b) {
    return signed_lanes(vminq_u32(unsigned_lanes(a), unsigned_lanes(b)));
  }
  // The absolute difference from 0: unlike vabsq_s32, gcc defines it for the most negative value.
  static I32 abs(I32 a) { return vabdq_s32(a, vdupq_n_s32(0)); }
  // All ones where true.
  static I32 greater(I32 a, I32 b) { return signed_lanes(vcgtq_s32(a, b)); }
  static I32 equal(I32 a, I32 b) { return signed_lanes(vceqq_s32(a, b)); }
  static bool any_greater(I32 a, I32 b) { return vmaxvq_u32(vcgtq_s32(a, b)) != 0; }

  template <int kShift>
  static I32 shift_right_signed(I32 a) {
    return vshrq_n_s32(a, kShift);
  }
  template <int kShift>
  static I32 shift_right(I32 a) {
    return signed_lanes(vshrq_n_u32(unsigned_lanes(a), kShift));
  }
  template <int kShift>
  static I32 shift_left(I32 a) {
    return vshlq_n_s32(a, kShift);
  }
  // A shift by a register goes left, or right where the lane's count, a signed byte, is negative.
  static I32 shift_right_signed(I32 a, int shift) { return vshlq_s32(a, vdupq_n_s32(-shift)); }
  // Lane by lane; a shift of 32 or more (up to 127) gives 0.
  static I32 shift_right_each(I32 a, I32 shifts) {
    return signed_lanes(vshlq_u32(unsigned_lanes(a), vnegq_s32(shifts)));
  }
  static I32 shift_left_each(I32 a, I32 shifts) {
    return signed_lanes(vshlq_u32(unsigned_lanes(a), shifts));
  }

  static I32 look_up_256(const std::uint32_t* table, I32 index) {
    const uint32x4_t i = unsigned_lanes(index);
    uint32x4_t entries = vld1q_dup_u32(table + vgetq_lane_u32(i, 0));
    entries = vld1q_lane_u32(table + vgetq_lane_u32(i, 1), entries, 1);
    entries = vld1q_lane_u32(table + vgetq_lane_u32(i, 2), entries, 2);
    return signed_lanes(vld1q_lane_u32(table + vgetq_lane_u32(i, 3), entries, 3));
  }

  // table[index] of any number of entries.
  static I32 look_up(const std::uint32_t* table, I32 index) { return look_up_256(table, index); }
  // table[index mod 16].
  static I32 look_up_16(const std::uint32_t* table, I32 index) {
    return look_up_256(table, bit_and(index, set(15)));
  }

  // Lanes whose numbers differ by kBy, 1 or 2, in each other's place.
  template <int kBy>
  static I32 swap_lanes(I32 a) {
    if constexpr (kBy == 1) return vrev64q_s32(a);
    return vextq_s32(a, a, 2);
  }

  static std::int32_t sum(I32 a) {
    return static_cast<std::int32_t>(vaddvq_u32(unsigned_lanes(a)));
  }
  static std::int32_t largest(I32 a) { return vmaxvq_s32(a); }

  // Unsigned 32 x 32 -> 64 bits.
  static Wide multiply_wide(I32 a, I32 b) {
    return {vmull_u32(vget_low_u32(unsigned_lanes(a)), vget_low_u32(unsigned_lanes(b))),
            vmull_high_u32(unsigned_lanes(a), unsigned_lanes(b))};
  }
  // Signed 32 x 32 -> 64 bits.
  static Wide multiply_signed(I32 a, I32 b) {
    return {vreinterpretq_u64_s64(vmull_s32(vget_low_s32(a), vget_low_s32(b))),
            vreinterpretq_u64_s64(vmull_high_s32(a, b))};
  }
  // round(a / 2^shift), ties towards plus infinity, for |a| < 2^62 and 1 <= shift <= 62: its low 32
  // bits, or limited to +-bound.
  static I32 round_narrow(Wide a, int shift) {
    return vcombine_s32(vmovn_s64(round_shift(a.low, shift)),
                        vmovn_s64(round_shift(a.high, shift)));
  }
  static I32 round_narrow_limited(Wide a, int shift, std::int32_t bound) {
    const I32 x =
        vcombine_s32(vqmovn_s64(round_shift(a.low, shift)), vqmovn_s64(round_shift(a.high, shift)));
    return min(max(x, set(-bound)), set(bound));
  }
  static Wide add(Wide a, Wide b) { return {vaddq_u64(a.low, b.low), vaddq_u64(a.high, b.high)}; }
  static Wide add(Wide a, std::int64_t b) { return add(a, set_wide(b)); }
  static Wide bit_and(Wide a, std::int64_t b) {
    const Wide mask = set_wide(b);
    return {vandq_u64(a.low, mask.low), vandq_u64(a.high, mask.high)};
  }
  template <int kShift>
  static Wide shift_right(Wide a) {
    return {vshrq_n_u64(a.low, kShift), vshrq_n_u64(a.high, kShift)};
  }
  static Wide zero_extend(I32 a) {
    return {vmovl_u32(vget_low_u32(unsigned_lanes(a))), vmovl_high_u32(unsigned_lanes(a))};
  }
  static std::uint64_t sum(Wide a) { return vaddvq_u64(vaddq_u64(a.low, a.high)); }
  // The low 32 bits of each lane.
  static I32 narrow(Wide a) {
    return signed_lanes(vuzp1q_u32(vreinterpretq_u32_u64(a.low), vreinterpretq_u32_u64(a.high)));
  }

 private:
  static int64x2_t round_shift(uint64x2_t a, int shift) {
    return vrshlq_s64(vreinterpretq_s64_u64(a), vdupq_n_s64(-shift));
  }

  static uint32x4_t unsigned_lanes(I32 a) { return vreinterpretq_u32_s32(a); }
  static I32 signed_lanes(uint32x4_t a) { return vreinterpretq_s32_u32(a); }

  static Wide set_wide(std::int64_t x) {
    const uint64x2_t lanes = vdupq_n_u64(static_cast<std::uint64_t>(x));
    return {lanes, lanes};
  }

  static void store_low_bytes(void* p, I32 v) {
    const uint16x4_t halves = vmovn_u32(unsigned_lanes(v));
    const uint8x8_t bytes = vmovn_u16(vcombine_u16(halves, halves));
    const std::uint32_t four = vget_lane_u32(vreinterpret_u32_u8(bytes), 0);
    std::memcpy(p, &four, sizeof(four));
  }
};

}  // namespace
}  // namespace czip::simd
