// The level that a CZIPv1 file was made at.
#pragma once

#include <cstdint>
#include <optional>

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"

namespace czip::tool {

// The level with a file's context. nullopt: no level has it.
[[nodiscard]] std::optional<int> level_of(const v1::FileInfo& info);

// The same for a model. nullopt: the context is the model's own. Error: unsupported, a context that
// neither a level nor the model has.
Result<std::optional<int>> level_of(const v1::FileInfo& info, std::uint32_t model_context_log2);

}  // namespace czip::tool
