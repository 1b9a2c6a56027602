// What the czip-llm-v1 network's vector kernels need of NEON.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "llm/vector_kernels.hpp"
#include "simd/ops_neon.hpp"

namespace czip::llm {
namespace {

struct NeonIsa {
  using Ops = simd::NeonOps;
  using Sums = int32x4_t;
  static constexpr std::size_t kKeyVectors = 4;
  static constexpr std::size_t kValueVectors = 4;

  static int32x4_t from_sums(Sums sums) { return sums; }
  static int32x4_t broadcast(const std::int16_t* p) {
    std::int32_t two;
    std::memcpy(&two, p, sizeof(two));
    return vdupq_n_s32(two);
  }
  static Sums add_pairs(Sums sums, int32x4_t a, int32x4_t b) {
    const int16x8_t x = vreinterpretq_s16_s32(a);
    const int16x8_t y = vreinterpretq_s16_s32(b);
    return Ops::add(sums,
                    vpaddq_s32(vmull_s16(vget_low_s16(x), vget_low_s16(y)), vmull_high_s16(x, y)));
  }
};

}  // namespace
}  // namespace czip::llm
