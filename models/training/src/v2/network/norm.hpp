// RMSNorm (Zhang and Sennrich 2019) of a czip-model-v2 network, and the tables of loops that its
// training uses.
#pragma once

#include "nn/isa.hpp"
#include "nn/kernels.hpp"
#include "v2/network/kernels.hpp"

namespace czip::v2::training {

struct KernelTables {
  explicit KernelTables(nn::Isa isa) : shared(&nn::kernels(isa)), own(&training::kernels(isa)) {}
  const nn::Kernels* shared;
  const Kernels* own;
};

// The format's norm of `rows` vectors of `n` elements, `stride` apart in x and y; the magnitudes of
// x are at most 2^24. inverse_rms: [rows].
void normalize(const KernelTables& tables, const nn::NormShape& shape, const float* x,
               const float* gain, float* y, float* inverse_rms);
// Adds to dgain and replaces dx, which may be dy.
void normalize_backward(const KernelTables& tables, const nn::NormShape& shape, const float* x,
                        const float* gain, const float* y, const float* inverse_rms,
                        const float* dy, float* dx, float* dgain);

}  // namespace czip::v2::training
