#include "czip/import/network/factor.hpp"

#include <bit>
#include <cstdint>

#include "czip/engine/integer_math.hpp"

namespace czip::importer {
namespace {

constexpr int kBits = 32;

// Brings a number of up to 64 bits to 32, rounded down.
Factor normalized(std::uint64_t mantissa, int exponent) {
  const int shift = static_cast<int>(std::bit_width(mantissa)) - kBits;
  return {shift >= 0 ? mantissa >> shift : mantissa << -shift, exponent + shift};
}

}  // namespace

Factor power_of_two(int exponent) {
  return {std::uint64_t{1} << (kBits - 1), exponent + 1 - kBits};
}

Factor factor_of(std::uint64_t n) { return normalized(n, 0); }

Factor square_root(std::uint64_t n) {
  const int shift = std::countl_zero(n) / 2 * 2;  // even, and gives a root of 32 bits
  return normalized(integer_sqrt(n << shift), -shift / 2);
}

Factor inverse(const Factor& factor) {
  return normalized((std::uint64_t{1} << 63) / factor.mantissa, -63 - factor.exponent);
}

Factor operator*(const Factor& a, const Factor& b) {
  return normalized(a.mantissa * b.mantissa, a.exponent + b.exponent);
}

Factor log2_of_e() { return {0xb8aa3b29, -31}; }

}  // namespace czip::importer
