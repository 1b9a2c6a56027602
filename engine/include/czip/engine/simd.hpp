// The instruction sets that the engine has kernels for. Every level computes the same integers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace czip {

enum class SimdLevel : std::uint8_t { scalar, avx2, avx512_vnni, neon, neon_dotprod };

// "scalar", "avx2", "avx512-vnni", "neon", "neon-dotprod".
[[nodiscard]] std::string_view simd_level_name(SimdLevel level);
[[nodiscard]] std::optional<SimdLevel> parse_simd_level(std::string_view name);

// Levels that this build has and this CPU runs, slowest first; never empty, the first is always
// scalar.
[[nodiscard]] std::span<const SimdLevel> supported_simd_levels();

// The fastest of them.
[[nodiscard]] SimdLevel best_simd_level();

}  // namespace czip
