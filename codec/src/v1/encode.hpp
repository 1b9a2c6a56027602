// The writer of CZIPv1 files behind Context. It may throw std::bad_alloc.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v1/codec.hpp"
#include "v1/context_state.hpp"

namespace czip::v1 {

Result<CodingReport> encode_with(ContextState& context, std::span<const std::uint8_t> text,
                                 ByteSink& out, const EncodeOptions& options);

Result<std::vector<std::uint8_t>> encode_payload_with(ContextState& context,
                                                      std::span<const std::uint8_t> text,
                                                      const EncodeOptions& options,
                                                      CodingReport* report);

}  // namespace czip::v1
