// A level's table of kernels from its ISA.
#pragma once

#include "simd/vector_dense.hpp"
#include "v1/vector_attention.hpp"
#include "v1/vector_kernels.hpp"

namespace czip::v1 {
namespace {

using namespace simd;

template <class Isa>
constexpr Kernels make_vector_kernels(SimdLevel level) {
  using Elements = ElementKernels<typename Isa::Ops>;
  return {.level = level,
          .pack = Isa::pack,
          .dense = DenseKernel<Isa>::dense,
          .dense_requantize = DenseKernel<Isa>::dense_requantize,
          .normalize_residual = Elements::normalize_residual,
          .add_normalized = Elements::add_normalized,
          .gated_relu = Elements::gated_relu,
          .rotate_query = Elements::template rotate<true>,
          .rotate_key = Elements::template rotate<false>,
          .append_key_value = Isa::append_key_value,
          .attend = AttentionKernel<Isa>::attend,
          .exp_weights = Elements::exp_weights,
          .sum_frequencies = Elements::sum_frequencies};
}

}  // namespace
}  // namespace czip::v1
