// The parts of the signature. Each adds what it computes to the hasher. Errors: those of
// engine_signature().
#pragma once

#include "czip/base/error.hpp"
#include "czip/engine/simd.hpp"
#include "signature/hasher.hpp"

namespace czip::signature {

Status add_functions_v1(SimdLevel level, Hasher& hasher);
Status add_functions_v2(SimdLevel level, Hasher& hasher);
Status add_functions_llm(SimdLevel level, Hasher& hasher);
Status add_network_v1(SimdLevel level, Hasher& hasher);
Status add_network_v2(SimdLevel level, Hasher& hasher);
Status add_recurrent_network(SimdLevel level, Hasher& hasher);
Status add_network_llm(SimdLevel level, Hasher& hasher);
Status add_tokenizer_llm(SimdLevel level, Hasher& hasher);
Status add_mixer(SimdLevel level, Hasher& hasher);
Status add_successors(SimdLevel level, Hasher& hasher);
Status add_prior(SimdLevel level, Hasher& hasher);
Status add_range_coder(SimdLevel level, Hasher& hasher);
Status add_files_v1(SimdLevel level, Hasher& hasher);
Status add_blocks_v2(SimdLevel level, Hasher& hasher);
Status add_blocks_llm(SimdLevel level, Hasher& hasher);
Status add_files_v2(SimdLevel level, Hasher& hasher);

}  // namespace czip::signature
