// Comparing what CZIPv1 files hold inside their outer codec: outer codecs of different versions
// give different bytes for the same payload.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"

namespace czip::tool {

struct PayloadDifference {
  std::string what;         // "chunk 3 of 67: byte 12 of its 151 bytes"
  std::uint64_t chunk = 0;  // the first that differs; the number of common chunks where none does
};

// Compares everything that follows from the text: not the hash of the model's path, and a context
// of 0 counts as the 6 that it means. None: equal.
[[nodiscard]] std::optional<PayloadDifference> compare_payloads(
    std::span<const std::uint8_t> expected, std::span<const std::uint8_t> found);

// The level whose context a file has; none: the file has the model's own context.
Result<std::optional<int>> level_of(const v1::FileInfo& info, std::uint32_t model_context_log2);

}  // namespace czip::tool
