// Codes a text to CZIPv1's chunks, on several threads, in memory that does not grow with the text.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/payload.hpp"
#include "v1/chunk_encoder.hpp"
#include "v1/context_state.hpp"

namespace czip::v1 {

// Gets the chunks in order, some at a time. An error ends the coding.
using TakeChunks = std::function<Status(const EncodedChunks& chunks)>;

// Returns the header that belongs to the chunks. Errors: those of `encode`, but for its output's,
// and of `take`.
Result<PayloadHeader> code_text(ContextState& context, std::span<const std::uint8_t> text,
                                const EncodeOptions& options, CodingReport& report,
                                const TakeChunks& take);

}  // namespace czip::v1
