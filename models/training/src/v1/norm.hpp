// RMSNorm (Zhang and Sennrich 2019) of a czip-model-v1 network, and the tables of loops that its
// training uses.
#pragma once

#include "nn/isa.hpp"
#include "nn/kernels.hpp"
#include "nn/linear.hpp"
#include "v1/kernels.hpp"

namespace czip::v1::training {

struct KernelTables {
  explicit KernelTables(nn::Isa isa) : shared(&nn::kernels(isa)), own(&training::kernels(isa)) {}
  const nn::Kernels* shared;
  const Kernels* own;
};

// norm.output = the format's rmsnorm(norm.input, gain), for rows of `width` elements, which may
// exceed 127.
void normalize(const KernelTables& tables, std::size_t width, const float* gain,
               nn::NormActivations& norm);
// Adds to dgain and replaces dinput.
void normalize_backward(const KernelTables& tables, std::size_t width, const float* gain,
                        const nn::NormActivations& norm, const float* doutput, float* dinput,
                        float* dgain);

}  // namespace czip::v1::training
