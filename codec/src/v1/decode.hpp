// The reader of CZIPv1 files behind Context, which finds the dialect. It may throw std::bad_alloc.
#pragma once

#include "czip/codec/v1/codec.hpp"
#include "v1/context_state.hpp"

namespace czip::v1 {

Result<CodingReport> decode_with(ContextState& context, RewindableSource& in, RewindableSink& out,
                                 const DecodeOptions& options);

}  // namespace czip::v1
