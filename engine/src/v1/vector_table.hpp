// The v1 network's kernels of one level, from its tiles of weights (simd/dense_*.hpp) and its
// attention (v1/attention_*.hpp).
#pragma once

#include "v1/vector_attention.hpp"
#include "v1/vector_kernels.hpp"
#include "v1/vector_requantize.hpp"

namespace czip::v1 {
namespace {

template <class Dense, class Attention>
constexpr Kernels make_vector_kernels() {
  using Elements = ElementKernels<typename Dense::Ops>;
  return {.dense_requantize = RequantizedDense<Dense>::dense_requantize,
          .normalize_residual = Elements::normalize_residual,
          .add_normalized = Elements::add_normalized,
          .gated_relu = Elements::gated_relu,
          .rotate_query = Elements::template rotate<true>,
          .rotate_key = Elements::template rotate<false>,
          .append_key_value = Attention::append_key_value,
          .attend = AttentionKernel<Attention>::attend,
          .exp_weights = Elements::exp_weights,
          .sum_frequencies = Elements::sum_frequencies};
}

}  // namespace
}  // namespace czip::v1
