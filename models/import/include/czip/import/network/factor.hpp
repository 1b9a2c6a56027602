// Positive real constants that an importer folds into weights: roots and units, with 32 bits.
#pragma once

#include <cstdint>

namespace czip::importer {

// mantissa * 2^exponent, with 2^31 <= mantissa < 2^32: within 2^-31 of the real number for each
// step that it was computed in.
struct Factor {
  std::uint64_t mantissa = std::uint64_t{1} << 31;
  int exponent = -31;

  friend bool operator==(const Factor&, const Factor&) = default;
};

[[nodiscard]] Factor power_of_two(int exponent);
// Of n > 0, below 2^32.
[[nodiscard]] Factor factor_of(std::uint64_t n);
[[nodiscard]] Factor square_root(std::uint64_t n);
[[nodiscard]] Factor inverse(const Factor& factor);
[[nodiscard]] Factor operator*(const Factor& a, const Factor& b);
// log2(e)
[[nodiscard]] Factor log2_of_e();

}  // namespace czip::importer
