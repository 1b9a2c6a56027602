// The definition of every kernel, for any CPU. Where the compiler can, it is compiled without
// floating-point registers: proof that no float takes part.
#include "llm/kernels_scalar.hpp"
#include "simd/dense_scalar.hpp"
#include "simd/kernel_set.hpp"
#include "v1/kernels_scalar.hpp"
#include "v2/kernels_scalar.hpp"
#include "v2/mixer_loops.hpp"
#include "v2/prior_loops.hpp"
#include "v2/recurrent_scalar.hpp"
#include "v2/successor_loops.hpp"

namespace czip::simd {

constinit const KernelSet kScalarKernels{
    .level = SimdLevel::scalar,
    .dense = make_scalar_dense_kernels(),
    .file_dense = make_scalar_file_kernels(),
    .v1_network = v1::make_scalar_kernels(),
    .v2_network = v2::make_scalar_kernels(),
    .llm_network = llm::make_scalar_kernels(),
    .mixer = v2::make_mixer_kernels(),
    .successors = v2::make_successor_kernels(),
    .prior = v2::make_prior_kernels(),
    .recurrent = v2::make_scalar_recurrent_kernels(),
};

}  // namespace czip::simd
