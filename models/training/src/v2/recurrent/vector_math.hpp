// Arithmetic on 16 floats at a time, for kernels.cpp only, which is compiled once for each
// instruction set: everything here has internal linkage (see nn/kernel_tools.hpp).
//
// The same bits on every CPU: only +, -, * and / of IEEE 754, whose order the source fixes, and
// integers. So the files that include this are compiled without contraction and reassociation.
#pragma once

#include <cstddef>
#include <cstdint>

namespace czip::v2::training {
namespace {

inline constexpr std::size_t kLanes = 16;
using Floats16 = float __attribute__((vector_size(64)));
using Ints16 = std::int32_t __attribute__((vector_size(64)));

#define CZIP_INLINE [[maybe_unused]] inline __attribute__((always_inline))

CZIP_INLINE Floats16 load(const float* x) {
  Floats16 v;
  __builtin_memcpy(&v, __builtin_assume_aligned(x, sizeof v), sizeof v);
  return v;
}
CZIP_INLINE void store(float* x, Floats16 v) {
  __builtin_memcpy(__builtin_assume_aligned(x, sizeof v), &v, sizeof v);
}
CZIP_INLINE Floats16 all(float x) { return Floats16{} + x; }

// The casts of vectors keep the bits.
CZIP_INLINE Ints16 bits_of(Floats16 x) { return reinterpret_cast<Ints16>(x); }
CZIP_INLINE Floats16 from_bits(Ints16 x) { return reinterpret_cast<Floats16>(x); }

// yes where the mask is -1, no where it is 0.
CZIP_INLINE Floats16 select(Ints16 mask, Floats16 yes, Floats16 no) {
  return from_bits((bits_of(yes) & mask) | (bits_of(no) & ~mask));
}
CZIP_INLINE Floats16 clamp(Floats16 x, float low, float high) {
  const Floats16 raised = select(x > all(low), x, all(low));
  return select(raised < all(high), raised, all(high));
}

// Adding and subtracting this rounds to an integer, half to even, where |x| < 2^22.
inline constexpr float kRounder = 0x1.8p23F;
CZIP_INLINE Floats16 round_to_integer(Floats16 x) { return (x + kRounder) - kRounder; }

// Lane by lane, halves first.
CZIP_INLINE float sum_of(Floats16 x) {
  float v[kLanes];
  __builtin_memcpy(v, &x, sizeof v);
  float s[4];
  for (std::size_t i = 0; i < 4; ++i) s[i] = (v[i] + v[i + 8]) + (v[i + 4] + v[i + 12]);
  return (s[0] + s[2]) + (s[1] + s[3]);
}

// e^x to about 2^-22 of its value, x clamped to +-87. Polynomial: S. Moshier, Cephes, expf.
CZIP_INLINE Floats16 exp_of(Floats16 x) {
  const Floats16 limited = clamp(x, -87.0F, 87.0F);
  const Floats16 shifted = limited * 1.44269504088896341F + kRounder;
  const Floats16 whole = shifted - kRounder;
  const Floats16 f = (limited - whole * 0.693359375F) + whole * 2.12194440e-4F;
  Floats16 p = f * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * f + 8.3334519073e-3F;
  p = p * f + 4.1665795894e-2F;
  p = p * f + 1.6666665459e-1F;
  p = p * f + 5.0000001201e-1F;
  p = p * (f * f) + f + 1.0F;
  // The lowest bits of `shifted` are the exponent.
  return from_bits(bits_of(p) + (bits_of(shifted) << 23));
}

CZIP_INLINE Floats16 sigmoid(Floats16 x) { return 1.0F / (1.0F + exp_of(-x)); }

// ln x of a normal x > 0, to about 2^-22. Polynomial: S. Moshier, Cephes, logf.
CZIP_INLINE Floats16 log_of(Floats16 x) {
  // x = m * 2^e with m in [1/2, 2): the bits of 2/3 below make e even out.
  const Ints16 offset = bits_of(x) - 0x3f2aaaab;
  const Ints16 exponent = offset >> 23;
  const Floats16 m = from_bits((offset & 0x7fffff) + 0x3f2aaaab) - 1.0F;
  const Floats16 e = __builtin_convertvector(exponent, Floats16);
  Floats16 p = m * 7.0376836292e-2F - 1.1514610310e-1F;
  p = p * m + 1.1676998740e-1F;
  p = p * m - 1.2420140846e-1F;
  p = p * m + 1.4249322787e-1F;
  p = p * m - 1.6668057665e-1F;
  p = p * m + 2.0000714765e-1F;
  p = p * m - 2.4999993993e-1F;
  p = p * m + 3.3333331174e-1F;
  const Floats16 square = m * m;
  return m + (p * m * square - 0.5F * square) + e * 0.693147180559945F;
}

// 1 / sqrt(x) of a normal x > 0, to about 2^-22: a guess from the exponent, and three of Newton's
// steps.
CZIP_INLINE Floats16 inverse_sqrt(Floats16 x) {
  Floats16 y = from_bits(0x5f3759df - (bits_of(x) >> 1));
  const Floats16 half = x * 0.5F;
  for (int i = 0; i < 3; ++i) y = y * (1.5F - half * y * y);
  return y;
}

}  // namespace
}  // namespace czip::v2::training
