// What the czip-llm-v1 network's vector kernels need of AVX-512 VNNI.
#pragma once

#include <cstddef>
#include <cstdint>

#include "llm/vector_kernels.hpp"
#include "simd/ops_avx512.hpp"

namespace czip::llm {
namespace {

struct Avx512Isa {
  using Ops = simd::Avx512Ops;
  using Sums = simd::Sums512;
  static constexpr std::size_t kKeyVectors = 4;  // with four heads, 16 of the 32 registers
  static constexpr std::size_t kValueVectors = 4;

  static __m512i from_sums(Sums sums) { return simd::from_sums(sums); }
  static __m512i broadcast(const std::int16_t* p) { return simd::broadcast_4_bytes(p); }
  static Sums add_pairs(Sums sums, __m512i a, __m512i b) {
    return simd::to_sums(_mm512_dpwssd_epi32(simd::from_sums(sums), a, b));
  }
};

}  // namespace
}  // namespace czip::llm
