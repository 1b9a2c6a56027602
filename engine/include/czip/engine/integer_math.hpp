// Integer arithmetic with stated rounding, from which the functions of both networks are built.
#pragma once

#include <cstdint>

namespace czip {

[[nodiscard]] constexpr std::int32_t saturate32(std::int64_t x) {
  return static_cast<std::int32_t>(x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : x);
}

// |x| without overflow for the most negative value.
[[nodiscard]] constexpr std::uint64_t magnitude(std::int64_t x) {
  return x < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
}

// round(n / d), ties to even. d > 0.
[[nodiscard]] constexpr std::uint64_t divide_rne(std::uint64_t n, std::uint64_t d) {
  const std::uint64_t quotient = n / d;
  const std::uint64_t remainder = n % d;
  const std::uint64_t rest = d - remainder;
  const bool up = remainder > rest || (remainder == rest && (quotient & 1) != 0);
  return quotient + (up ? 1 : 0);
}

// round(x / d), ties to even: the magnitude is divided, then the sign restored. d > 0.
[[nodiscard]] constexpr std::int64_t divide_rne_signed(std::int64_t x, std::uint64_t d) {
  const auto quotient = static_cast<std::int64_t>(divide_rne(magnitude(x), d));
  return x < 0 ? -quotient : quotient;
}

// round(x / 2^shift), ties to even. 0 <= shift <= 62.
[[nodiscard]] constexpr std::int64_t shift_right_rne(std::int64_t x, int shift) {
  return divide_rne_signed(x, std::uint64_t{1} << shift);
}

// The one rounding primitive of the networks that czip-network-v2.md and czip-network-llm.md
// specify: round(x / 2^shift), ties towards plus infinity. 0 <= shift <= 62.
[[nodiscard]] constexpr std::int64_t round_shift(std::int64_t x, int shift) {
  return shift == 0 ? x : (x + (std::int64_t{1} << (shift - 1))) >> shift;
}

// x, limited to -bound to bound.
[[nodiscard]] constexpr std::int32_t clamp_to(std::int64_t x, std::int32_t bound) {
  return static_cast<std::int32_t>(x > bound ? bound : x < -bound ? -bound : x);
}

// floor(sqrt(x)), bit by bit.
[[nodiscard]] constexpr std::uint32_t integer_sqrt(std::uint64_t x) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 62; bit != 0; bit >>= 2) {
    if (x >= root + bit) {
      x -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return static_cast<std::uint32_t>(root);
}

}  // namespace czip
