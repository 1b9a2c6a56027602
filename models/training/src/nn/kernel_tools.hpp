// For kernels.cpp only, which is compiled once for each instruction set: everything here has
// internal linkage, and nothing of the standard library is called, so that no inline function that
// is compiled for one instruction set can be linked into code for another CPU.
#pragma once

#include <cstddef>
#include <cstdint>

// Inlines all calls, for the same reason.
#define CZIP_NN_KERNEL __attribute__((flatten))

// Promises that iterations do not depend on each other, even where an output is also an input.
#if defined(__clang__)
#define CZIP_NN_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define CZIP_NN_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace czip::nn {
namespace {

[[maybe_unused]] inline float least(float a, float b) { return a < b ? a : b; }
[[maybe_unused]] inline float most(float a, float b) { return a > b ? a : b; }
[[maybe_unused]] inline float clamp(float x, float bound) { return least(most(x, -bound), bound); }
[[maybe_unused]] inline double clamp(double x, double bound) {
  const double raised = x > -bound ? x : -bound;
  return raised < bound ? raised : bound;
}

[[maybe_unused]] constexpr double power_of_two(int exponent) {  // exponent <= 0
  double power = 1;
  for (; exponent < 0; ++exponent) power /= 2;
  return power;
}

// Straight-through estimator (Bengio et al. 2013) with saturation: whether the gradient dy at an
// output y may pass, which is so if y is within its bounds or a descent along dy brings it back.
[[maybe_unused]] inline bool passes(float y, float bound, float dy) {
  return (y < bound || dy > 0) && (y > -bound || dy < 0);
}

// 2^x to about 2^-22 of its value, x <= 0; 2^-126 at least. Polynomial: S. Moshier, Cephes, exp2f.
[[maybe_unused]] inline float exp2_approximate(float x) {
  const float limited = most(x, -126.0F);
  const float whole = __builtin_floorf(limited + 0.5F);
  const float f = limited - whole;
  float p = 1.535336188319500e-4F;
  p = p * f + 1.339887440266574e-3F;
  p = p * f + 9.618437357674640e-3F;
  p = p * f + 5.550332471162809e-2F;
  p = p * f + 2.402264791363012e-1F;
  p = p * f + 6.931472028550421e-1F;
  p = p * f + 1.0F;
  const std::int32_t exponent = static_cast<std::int32_t>(whole) + 127;
  return p * __builtin_bit_cast(float, static_cast<std::uint32_t>(exponent) << 23);
}

[[maybe_unused]] inline float largest_of(const float* x, std::size_t n) {
  float largest = x[0];
  for (std::size_t i = 1; i < n; ++i) largest = most(largest, x[i]);
  return largest;
}

[[maybe_unused]] inline float dot_product(const float* a, const float* b, std::size_t n) {
  float sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace
}  // namespace czip::nn
