// What coding takes of memory: shared, the network's weights; per thread, a coder, and the texts
// and payloads of its tasks.
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "czip/base/memory_limit.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/simd.hpp"
#include "v2/container/record_decoder.hpp"

namespace czip::v2 {

// To code blocks of `text_bytes`. Loads the network where it takes part. Errors: those of
// network_of.
Result<MemoryNeed> coding_memory(const Model& model, const BlockSettings& settings, SimdLevel simd,
                                 std::uint64_t text_bytes);
// To decode a record. A frame's end needs none.
Result<MemoryNeed> decoding_memory(const DecodingTask& task, SimdLevel simd);

}  // namespace czip::v2
