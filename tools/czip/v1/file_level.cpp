#include "v1/file_level.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include "czip/base/error.hpp"

namespace czip::tool {

std::optional<int> level_of(const v1::FileInfo& info) {
  for (int level = v1::kMinLevel; level <= v1::kMaxLevel; ++level)
    if (v1::level_context_log2(level) == info.context_log2) return level;
  return std::nullopt;
}

Result<std::optional<int>> level_of(const v1::FileInfo& info, std::uint32_t model_context_log2) {
  if (const auto level = level_of(info)) return level;
  if (info.context_log2 == model_context_log2) return std::optional<int>();
  return fail(ErrorCode::unsupported,
              "its context of 2^" + std::to_string(info.context_log2) +
                  " tokens is neither a level's nor the model's; name another model with -m");
}

}  // namespace czip::tool
