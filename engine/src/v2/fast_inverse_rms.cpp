#include <bit>

#include "v2/kernels.hpp"

namespace czip::v2 {
namespace {

// Entry i is 1 / sqrt(m), Q15, for m in [1/4, 1) whose first eight bits are 64 + i. It is computed
// for the middle of that interval and within 2^-8 of all of it.
constexpr std::size_t kRootSeeds = 192;
constexpr std::array<std::uint32_t, kRootSeeds> make_root_seeds() {
  std::array<std::uint32_t, kRootSeeds> seeds{};
  for (std::size_t i = 0; i < kRootSeeds; ++i)
    seeds[i] =
        static_cast<std::uint32_t>(integer_sqrt((std::uint64_t{1} << 39) / (2 * (64 + i) + 1)));
  return seeds;
}
constexpr std::array<std::uint32_t, kRootSeeds> kRootSeedTable = make_root_seeds();

// floor(sqrt(x)) for x from 256 to below 2^53, without divisions: two steps of Newton's method,
// y += y * (1 - m * y^2) / 2, for y = 1 / sqrt(m), m = x * 4^half_shift / 2^64, raise the precision
// from 8 bits to 16 and then to more than 28, so that m * y is a root of 27 bits, at most 1 off.
std::uint64_t floor_sqrt(std::uint64_t x) {
  const int half_shift = std::countl_zero(x) / 2;
  const auto m = static_cast<std::int64_t>(x << (2 * half_shift) >> 32);  // Q32
  constexpr std::int64_t kOne = std::int64_t{1} << 62;
  const std::int64_t y0 = kRootSeedTable[static_cast<std::size_t>((m >> 24) - 64)];
  const std::int64_t y1 = (y0 << 15) + ((y0 * ((kOne - m * (y0 * y0)) >> 32)) >> 16);  // Q30
  const std::int64_t y2 = y1 + ((y1 * ((kOne - m * ((y1 * y1) >> 30)) >> 32)) >> 31);  // Q30
  const auto root = static_cast<std::uint64_t>((m * y2) >> (30 + half_shift));
  if (root * root > x) return root - 1;
  return (root + 1) * (root + 1) > x ? root : root + 1;
}

}  // namespace

std::uint32_t fast_inverse_rms(std::uint64_t sum_of_squares, std::size_t n) {
  return inverse_of_root(floor_sqrt(mean_square(sum_of_squares, n)));
}

}  // namespace czip::v2
