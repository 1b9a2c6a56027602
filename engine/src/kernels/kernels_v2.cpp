#include "kernels_v2.hpp"

#include <bit>

namespace czip {
namespace {

// First seven bits of a root: element i serves arguments whose highest byte is 64 + i.
constexpr std::size_t kRootSeeds = 192;
constexpr std::array<std::uint8_t, kRootSeeds> make_root_seeds() {
  std::array<std::uint8_t, kRootSeeds> seeds{};
  for (std::size_t i = 0; i < kRootSeeds; ++i) {
    const std::uint32_t byte = static_cast<std::uint32_t>(64 + i);
    std::uint32_t u = 1 + (byte >> 6);
    u = (u << 1) + (byte >> 3) / u;
    seeds[i] = static_cast<std::uint8_t>(u);
  }
  return seeds;
}
constexpr std::array<std::uint8_t, kRootSeeds> kRootSeedTable = make_root_seeds();

// floor(sqrt(x)), x > 0, by Newton's method with as many bits as each step can have; the last is at
// most one too large (M. Dickinson's algorithm of CPython's math.isqrt).
std::uint64_t floor_sqrt(std::uint64_t x) {
  const int half_shift = std::countl_zero(x) / 2;
  const std::uint64_t n = x << (2 * half_shift);
  std::uint64_t u = kRootSeedTable[(n >> 56) - 64];
  u = (u << 3) + (n >> 53) / u;
  u = (u << 7) + (n >> 41) / u;
  u = ((u << 15) + (n >> 17) / u) >> half_shift;
  return u * u > x ? u - 1 : u;
}

}  // namespace

std::uint32_t fast_inverse_rms_v2(std::uint64_t sum_of_squares, std::size_t n) {
  const std::uint64_t root = floor_sqrt(16 * sum_of_squares / n + 256);
  return static_cast<std::uint32_t>(((std::uint64_t{1} << 32) + root / 2) / root);
}

const KernelsV2& kernels_v2(SimdLevel level) {
  switch (level) {
#if defined(CZIP_HAVE_X86_KERNELS)
    case SimdLevel::avx2:
      return kAvx2KernelsV2;
    case SimdLevel::avx512_vnni:
      return kAvx512VnniKernelsV2;
#endif
#if defined(CZIP_HAVE_NEON_KERNELS)
    case SimdLevel::neon:
      return kNeonKernelsV2;
    case SimdLevel::neon_dotprod:
      return kNeonDotprodKernelsV2;
#endif
    default:
      return kScalarKernelsV2;
  }
}

}  // namespace czip
