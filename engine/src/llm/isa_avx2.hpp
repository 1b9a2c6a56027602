// What the czip-llm-v1 network's vector kernels need of AVX2.
#pragma once

#include <cstddef>
#include <cstdint>

#include "llm/vector_kernels.hpp"
#include "simd/ops_avx2.hpp"

namespace czip::llm {
namespace {

struct Avx2Isa {
  using Ops = simd::Avx2Ops;
  using Sums = simd::Sums256;
  static constexpr std::size_t kKeyVectors = 2;  // with four heads, 8 of the 16 registers
  static constexpr std::size_t kValueVectors = 2;

  static __m256i from_sums(Sums sums) { return simd::from_sums(sums); }
  static __m256i broadcast(const std::int16_t* p) { return simd::broadcast_4_bytes(p); }
  static Sums add_pairs(Sums sums, __m256i a, __m256i b) { return simd::add_products(sums, a, b); }
};

}  // namespace
}  // namespace czip::llm
