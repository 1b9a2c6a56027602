// The table of instruction sets: names, CPU and kernels belong together.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "simd/kernel_set.hpp"

namespace czip::simd {
namespace {

constexpr std::array kAllLevels{SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512_vnni,
                                SimdLevel::neon, SimdLevel::neon_dotprod};

TEST_CASE("every level has a name of its own, which parses") {
  for (const SimdLevel level : kAllLevels) CHECK(parse_simd_level(simd_level_name(level)) == level);
  CHECK(simd_level_name(SimdLevel::avx512_vnni) == "avx512-vnni");
  CHECK(!parse_simd_level("avx").has_value());
  CHECK(!parse_simd_level("").has_value());
}

TEST_CASE("exactly the supported levels have kernels, which are theirs") {
  const auto supported = supported_simd_levels();
  REQUIRE(!supported.empty());
  CHECK(supported.front() == SimdLevel::scalar);
  CHECK(supported.back() == best_simd_level());
  for (const SimdLevel level : kAllLevels) {
    CAPTURE(simd_level_name(level));
    const KernelSet* kernels = find_kernels(level);
    CHECK((kernels != nullptr) == (std::ranges::find(supported, level) != supported.end()));
    if (kernels != nullptr) CHECK(kernels->level == level);
  }
}

TEST_CASE("no CPU has the levels of both processors") {
  CHECK((find_kernels(SimdLevel::avx2) == nullptr || find_kernels(SimdLevel::neon) == nullptr));
}

TEST_CASE("the mixer falls back to the scalar kernels") {
  for (const SimdLevel level : kAllLevels) {
    const KernelSet* kernels = find_kernels(level);
    CHECK(&v2::mixer_kernels(level) == &(kernels != nullptr ? *kernels : kScalarKernels).mixer);
  }
}

}  // namespace
}  // namespace czip::simd
