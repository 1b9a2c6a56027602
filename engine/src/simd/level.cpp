#include <array>
#include <cstddef>

#include "czip/engine/simd.hpp"

#if defined(CZIP_HAVE_NEON_KERNELS)
#include <sys/auxv.h>
#endif

namespace czip {
namespace {

constexpr std::array kAllLevels{SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512_vnni,
                                SimdLevel::neon, SimdLevel::neon_dotprod};

bool cpu_supports(SimdLevel level) {
  switch (level) {
    case SimdLevel::scalar:
      return true;
#if defined(CZIP_HAVE_X86_KERNELS)
    case SimdLevel::avx2:
      return __builtin_cpu_supports("avx2") != 0;
    case SimdLevel::avx512_vnni:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512vnni") != 0;
#endif
#if defined(CZIP_HAVE_NEON_KERNELS)
    case SimdLevel::neon:
      return true;  // part of AArch64
    case SimdLevel::neon_dotprod: {
      constexpr unsigned long kHwcapAsimdDp = 1UL << 20;
      return (getauxval(AT_HWCAP) & kHwcapAsimdDp) != 0;
    }
#endif
    default:
      return false;
  }
}

struct LevelList {
  std::array<SimdLevel, kAllLevels.size()> levels{};
  std::size_t size = 0;
};

LevelList detect() {
  LevelList list;
  for (const SimdLevel level : kAllLevels)
    if (cpu_supports(level)) list.levels[list.size++] = level;
  return list;
}

}  // namespace

std::string_view simd_level_name(SimdLevel level) {
  switch (level) {
    case SimdLevel::scalar:
      return "scalar";
    case SimdLevel::avx2:
      return "avx2";
    case SimdLevel::avx512_vnni:
      return "avx512-vnni";
    case SimdLevel::neon:
      return "neon";
    case SimdLevel::neon_dotprod:
      return "neon-dotprod";
  }
  return "?";
}

std::optional<SimdLevel> parse_simd_level(std::string_view name) {
  for (const SimdLevel level : kAllLevels)
    if (simd_level_name(level) == name) return level;
  return std::nullopt;
}

std::span<const SimdLevel> supported_simd_levels() {
  static const LevelList list = detect();
  return {list.levels.data(), list.size};
}

SimdLevel best_simd_level() { return supported_simd_levels().back(); }

}  // namespace czip
