// Codes a text to CZIPv1's chunks, on several threads, in memory that does not grow with the text.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/payload.hpp"
#include "v1/chunk_encoder.hpp"
#include "v1/context_state.hpp"

namespace czip::v1 {

// Gets the chunks in order, some at a time. An error ends the coding.
using TakeChunks = std::function<Status(const EncodedChunks& chunks)>;

// log2 of the chunks' length at a level; nullopt: the model's own. Error: invalid_argument, for a
// level that does not exist or that the model is too short for.
Result<std::uint32_t> choose_context_log2(const Model& model, std::optional<int> level);

// Bytes that one thread takes to encode chunks of `context` tokens.
[[nodiscard]] std::uint64_t encoder_bytes(const Model& model, const Network& network,
                                          std::uint32_t context);

// Returns the header that belongs to the chunks. Errors: those of `encode`, but for its output's,
// and of `take`.
Result<PayloadHeader> code_text(ContextState& context, std::span<const std::uint8_t> text,
                                const EncodeOptions& options, CodingReport& report,
                                const TakeChunks& take);

}  // namespace czip::v1
