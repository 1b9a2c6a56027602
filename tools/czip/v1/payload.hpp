// Compares what CZIPv1 files hold inside their outer codec: different versions of an outer codec
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

// Compares everything that follows from the text. The hash of the model's path does not, and a
// context of 0 counts as the 6 that it means. nullopt: the payloads are equal.
[[nodiscard]] std::optional<PayloadDifference> compare_payloads(
    std::span<const std::uint8_t> expected, std::span<const std::uint8_t> found);

// The level with a file's context. nullopt: no level has it.
[[nodiscard]] std::optional<int> level_of(const v1::FileInfo& info);

// The same for a model. nullopt: the context is the model's own. Error: unsupported, a context that
// neither a level nor the model has.
Result<std::optional<int>> level_of(const v1::FileInfo& info, std::uint32_t model_context_log2);

}  // namespace czip::tool
