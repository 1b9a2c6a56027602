// All kernels of one SIMD level, and the one place to look them up (registry.cpp).
#pragma once

#include "czip/base/error.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"
#include "czip/engine/v2/prior_kernels.hpp"
#include "czip/engine/v2/successor_kernels.hpp"
#include "llm/kernels.hpp"
#include "simd/dense.hpp"
#include "v1/kernels.hpp"
#include "v2/kernels.hpp"
#include "v2/recurrent_kernels.hpp"

namespace czip::simd {

struct KernelSet {
  SimdLevel level;
  DenseKernels dense;
  DenseKernels file_dense;  // of weights in the tiles of model files
  v1::Kernels v1_network;
  v2::Kernels v2_network;
  llm::Kernels llm_network;
  v2::MixerKernels mixer;
  v2::SuccessorKernels successors;
  v2::PriorKernels prior;
  v2::RecurrentKernels recurrent;
};

// The kernels of a level; null where this build or this CPU has none.
[[nodiscard]] const KernelSet* find_kernels(SimdLevel level);
// The kernels of a level. Error: invalid_argument where this build or this CPU has none.
[[nodiscard]] Result<const KernelSet*> require_kernels(SimdLevel level);

// Each defined by isa_*.cpp of that name; those of other processors are not in the build.
extern const KernelSet kScalarKernels;
extern const KernelSet kAvx2Kernels;
extern const KernelSet kAvx512VnniKernels;
extern const KernelSet kNeonKernels;
extern const KernelSet kNeonDotprodKernels;

}  // namespace czip::simd
