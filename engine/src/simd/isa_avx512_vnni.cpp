// All kernels for x86-64 CPUs with AVX-512 (F, BW, VL, DQ, VNNI).
#include "llm/isa_avx512.hpp"
#include "simd/dense_avx512.hpp"
#include "simd/kernel_set.hpp"
#include "v1/attention_avx512.hpp"
#include "v1/vector_table.hpp"
#include "v2/attention_avx512.hpp"
#include "v2/mixer_avx512.hpp"
#include "v2/prior_avx512.hpp"
#include "v2/recurrent_avx512.hpp"
#include "v2/successor_avx512.hpp"

namespace czip::simd {

constinit const KernelSet kAvx512VnniKernels{
    .level = SimdLevel::avx512_vnni,
    .dense = make_dense_kernels<Avx512Dense>(),
    .file_dense = make_dense_kernels<Avx512Dense>(),
    .v1_network = v1::make_vector_kernels<Avx512Dense, v1::Avx512Attention>(),
    .v2_network = v2::make_vector_kernels<v2::Avx512Isa>(),
    .llm_network = llm::make_vector_kernels<llm::Avx512Isa>(),
    .mixer = v2::Avx512Mixer::make_kernels(),
    .successors = v2::Avx512Successors::make_kernels(),
    .prior = v2::Avx512Prior::make_kernels(),
    .recurrent = v2::make_vector_recurrent_kernels<v2::Avx512Recurrent>(),
};

}  // namespace czip::simd
