// All kernels for x86-64 CPUs with AVX2.
#include "llm/isa_avx2.hpp"

#include "simd/dense_avx2.hpp"
#include "simd/kernel_set.hpp"
#include "v1/attention_avx2.hpp"
#include "v1/vector_table.hpp"
#include "v2/attention_avx2.hpp"
#include "v2/mixer_loops.hpp"
#include "v2/prior_loops.hpp"
#include "v2/recurrent_avx2.hpp"
#include "v2/successor_loops.hpp"

namespace czip::simd {

constinit const KernelSet kAvx2Kernels{
    .level = SimdLevel::avx2,
    .dense = make_dense_kernels<Avx2Dense>(),
    .file_dense = make_dense_kernels<Avx2Tiles<kFileTileOutputs>, kFileTileOutputs>(),
    .v1_network = v1::make_vector_kernels<Avx2Dense, v1::Avx2Attention>(),
    .v2_network = v2::make_vector_kernels<v2::Avx2Isa>(),
    .llm_network = llm::make_vector_kernels<llm::Avx2Isa>(),
    .mixer = v2::make_mixer_kernels(),
    .successors = v2::make_successor_kernels(),
    .prior = v2::make_prior_kernels(),
    .recurrent = v2::make_vector_recurrent_kernels<v2::Avx2Recurrent>(),
};

}  // namespace czip::simd
