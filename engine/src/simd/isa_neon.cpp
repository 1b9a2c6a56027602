// All kernels for every ARMv8 CPU (AArch64).
#include "llm/isa_neon.hpp"

#include "simd/kernel_set.hpp"
#include "simd/product_neon.hpp"
#include "v1/attention_neon.hpp"
#include "v1/vector_table.hpp"
#include "v2/attention_neon.hpp"
#include "v2/mixer_loops.hpp"
#include "v2/prior_loops.hpp"
#include "v2/recurrent_neon.hpp"
#include "v2/successor_loops.hpp"

namespace czip::simd {

constinit const KernelSet kNeonKernels{
    .level = SimdLevel::neon,
    .dense = make_dense_kernels<NeonTiles<WideningProduct>>(),
    .file_dense = make_dense_kernels<NeonFileTiles<WideningFileProduct>>(),
    .v1_network = v1::make_vector_kernels<NeonTiles<WideningProduct>, v1::NeonAttention>(),
    .v2_network = v2::make_vector_kernels<v2::NeonIsa<WideningProduct>>(),
    .llm_network = llm::make_vector_kernels<llm::NeonIsa>(),
    .mixer = v2::make_mixer_kernels(),
    .successors = v2::make_successor_kernels(),
    .prior = v2::make_prior_kernels(),
    .recurrent = v2::make_vector_recurrent_kernels<v2::NeonRecurrent<WideningProduct>>(),
};

}  // namespace czip::simd
