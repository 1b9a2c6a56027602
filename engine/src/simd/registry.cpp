// The instruction sets: name, CPU and kernels of each in one table, which every look-up uses.
//
// To add one: write isa_<name>.cpp, declare its KernelSet in kernel_set.hpp, give it a line in
// kIsas below, an enumerator in czip/engine/simd.hpp and, with its compiler flags, a line in
// engine/CMakeLists.txt.
#include <array>
#include <cstddef>
#include <string>

#include "czip/engine/simd.hpp"
#include "simd/kernel_set.hpp"

#if defined(CZIP_HAVE_NEON_KERNELS) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(CZIP_HAVE_NEON_KERNELS) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

// CZIP_X86(x) and CZIP_NEON(x): x where the build is for that processor, else a null pointer.
#if defined(CZIP_HAVE_X86_KERNELS)
#define CZIP_X86(...) __VA_ARGS__
#else
#define CZIP_X86(...) nullptr
#endif
#if defined(CZIP_HAVE_NEON_KERNELS)
#define CZIP_NEON(...) __VA_ARGS__
#else
#define CZIP_NEON(...) nullptr
#endif

namespace czip {
namespace {

struct Isa {
  SimdLevel level;
  std::string_view name;
  const simd::KernelSet* kernels;  // null: not in this build
  bool (*cpu_has_it)();            // asked where there are kernels
};

[[maybe_unused]] bool always() { return true; }

#if defined(CZIP_HAVE_X86_KERNELS)
bool cpu_has_avx2() { return __builtin_cpu_supports("avx2") != 0; }
bool cpu_has_avx512_vnni() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
         __builtin_cpu_supports("avx512vnni") != 0;
}
#endif
#if defined(CZIP_HAVE_NEON_KERNELS)
bool cpu_has_dotprod() {
#if defined(__linux__)
  constexpr unsigned long kHwcapAsimdDp = 1UL << 20;
  return (getauxval(AT_HWCAP) & kHwcapAsimdDp) != 0;
#elif defined(__APPLE__)
  int has = 0;
  std::size_t size = sizeof has;
  return sysctlbyname("hw.optional.arm.FEAT_DotProd", &has, &size, nullptr, 0) == 0 && has != 0;
#else
  return false;  // nobody to ask
#endif
}
#endif

// Slowest first, as supported_simd_levels() lists them. NEON is part of AArch64.
constexpr std::array kIsas{
    Isa{SimdLevel::scalar, "scalar", &simd::kScalarKernels, always},
    Isa{SimdLevel::avx2, "avx2", CZIP_X86(&simd::kAvx2Kernels), CZIP_X86(cpu_has_avx2)},
    Isa{SimdLevel::avx512_vnni, "avx512-vnni", CZIP_X86(&simd::kAvx512VnniKernels),
        CZIP_X86(cpu_has_avx512_vnni)},
    Isa{SimdLevel::neon, "neon", CZIP_NEON(&simd::kNeonKernels), CZIP_NEON(always)},
    Isa{SimdLevel::neon_dotprod, "neon-dotprod", CZIP_NEON(&simd::kNeonDotprodKernels),
        CZIP_NEON(cpu_has_dotprod)},
};

struct LevelList {
  std::array<SimdLevel, kIsas.size()> levels{};
  std::size_t size = 0;
};

LevelList detect() {
  LevelList list;
  for (const Isa& isa : kIsas)
    if (isa.kernels != nullptr && isa.cpu_has_it()) list.levels[list.size++] = isa.level;
  return list;
}

const Isa* find_isa(SimdLevel level) {
  for (const Isa& isa : kIsas)
    if (isa.level == level) return &isa;
  return nullptr;
}

}  // namespace

std::string_view simd_level_name(SimdLevel level) {
  const Isa* isa = find_isa(level);
  return isa == nullptr ? "?" : isa->name;
}

std::optional<SimdLevel> parse_simd_level(std::string_view name) {
  for (const Isa& isa : kIsas)
    if (isa.name == name) return isa.level;
  return std::nullopt;
}

std::span<const SimdLevel> supported_simd_levels() {
  static const LevelList list = detect();
  return {list.levels.data(), list.size};
}

SimdLevel best_simd_level() { return supported_simd_levels().back(); }

const simd::KernelSet* simd::find_kernels(SimdLevel level) {
  for (const SimdLevel supported : supported_simd_levels())
    if (supported == level) return find_isa(level)->kernels;
  return nullptr;
}

Result<const simd::KernelSet*> simd::require_kernels(SimdLevel level) {
  if (const KernelSet* kernels = find_kernels(level)) return kernels;
  return fail(ErrorCode::invalid_argument, "SIMD level " + std::string(simd_level_name(level)) +
                                               " is not supported by this CPU or build");
}

namespace {

const simd::KernelSet& kernels_or_scalar(SimdLevel level) {
  const simd::KernelSet* kernels = simd::find_kernels(level);
  return kernels == nullptr ? simd::kScalarKernels : *kernels;
}

}  // namespace

const v2::MixerKernels& v2::mixer_kernels(SimdLevel level) {
  return kernels_or_scalar(level).mixer;
}

const v2::SuccessorKernels& v2::successor_kernels(SimdLevel level) {
  return kernels_or_scalar(level).successors;
}

const v2::PriorKernels& v2::prior_kernels(SimdLevel level) {
  return kernels_or_scalar(level).prior;
}

}  // namespace czip
