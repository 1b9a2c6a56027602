#include "v2/squash_table.hpp"

#include <algorithm>

#include "czip/codec/v2/coding/logistic.hpp"
#include "v2/prior/fixed_point.hpp"

namespace czip::v2::training {
namespace {

constexpr std::uint64_t kExpStep = 280'377'609'773'053;  // exp(-1 / 256), Q48

}  // namespace

// Computes exp(-x / 256) for x = 0, 1, 2, ..., each from the one before by a multiplication. After
// all 2,815 multiplications it is off by less than 2^-36, and an entry by less than 2^-20. No exact
// entry is closer than 2^-12 to a half (checked with 60 digits), so all are rounded as the exact
// entries are.
std::vector<std::uint16_t> make_squash_table() {
  std::vector<std::uint16_t> table(kSquashEntries);
  std::uint64_t exp = kOneQ48;
  for (std::size_t x = 0; x <= std::size_t{kMaxStretch}; ++x) {
    const std::uint64_t denominator = (kOneQ48 + exp) / 2;  // Q47
    const std::uint64_t p = ((std::uint64_t{1} << 63) + denominator / 2) / denominator;
    // squash(-x) = 1 - squash(x)
    table[kMaxStretch + x] = static_cast<std::uint16_t>(std::min<std::uint64_t>(p, 65535));
    table[kMaxStretch - x] = static_cast<std::uint16_t>(std::max<std::uint64_t>(65536 - p, 1));
    exp = multiply_q48(exp, kExpStep);
  }
  return table;
}

}  // namespace czip::v2::training
