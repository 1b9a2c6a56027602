// Compares what CZIPv1 files hold inside their outer codec: different versions of an outer codec
// give different bytes for the same payload.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"

namespace czip::v1 {

struct PayloadDifference {
  std::string what;         // "chunk 3 of 67, from byte 12 of its 151 on"
  std::uint64_t chunk = 0;  // the first that differs; the number of common chunks where none does
};

// Codes `text` and compares everything that follows from it with the payload of `file`, up to the
// first difference. The hash of the model's path does not follow from it, and a context of 0 counts
// as the 6 that it means. nullopt: the payloads are equal. Memory grows with neither, but for two
// bytes a chunk. Errors: those of `encode` but for its output's, those of `inspect`.
Result<std::optional<PayloadDifference>> compare_payload(const Model& model,
                                                         std::span<const std::uint8_t> text,
                                                         ByteSource& file,
                                                         const EncodeOptions& options);

}  // namespace czip::v1
