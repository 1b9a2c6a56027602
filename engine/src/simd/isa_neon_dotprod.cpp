// All kernels for AArch64 CPUs with the dot product extension.
#include "llm/isa_neon.hpp"
#include "simd/kernel_set.hpp"
#include "simd/product_neon_dotprod.hpp"
#include "v1/attention_neon_dotprod.hpp"
#include "v1/vector_table.hpp"
#include "v2/attention_neon.hpp"
#include "v2/mixer_loops.hpp"
#include "v2/prior_loops.hpp"
#include "v2/recurrent_neon.hpp"
#include "v2/successor_loops.hpp"

namespace czip::simd {

constinit const KernelSet kNeonDotprodKernels{
    .level = SimdLevel::neon_dotprod,
    .dense = make_dense_kernels<NeonTiles<DotProduct>>(),
    .file_dense = make_dense_kernels<NeonFileTiles<DotFileProduct>>(),
    .v1_network = v1::make_vector_kernels<NeonTiles<DotProduct>, v1::NeonDotprodAttention>(),
    .v2_network = v2::make_vector_kernels<v2::NeonIsa<DotProduct>>(),
    .llm_network = llm::make_vector_kernels<llm::NeonIsa>(),
    .mixer = v2::make_mixer_kernels(),
    .successors = v2::make_successor_kernels(),
    .prior = v2::make_prior_kernels(),
    .recurrent = v2::make_vector_recurrent_kernels<v2::NeonRecurrent<DotProduct>>(),
};

}  // namespace czip::simd
