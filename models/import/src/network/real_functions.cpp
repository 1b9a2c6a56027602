#include "network/real_functions.hpp"

#include <bit>
#include <cstdint>
#include <utility>

#include "czip/import/dyadic.hpp"

namespace czip::importer {
namespace {

constexpr std::uint64_t kLn2 = 0xb17217f7d1cf79ac;        // ln 2, Q64
constexpr std::uint64_t kPiQuarter = 0xc90fdaa22168c235;  // pi / 4, Q64
constexpr std::uint64_t kTop = std::uint64_t{1} << 63;    // 1, Q63

// The next term of a series: times x (Q64), divided by n.
std::uint64_t next_term(std::uint64_t term, std::uint64_t x, std::uint64_t n) {
  return multiply_high(term, x) / n;
}

// Cosine, Q62, of an angle with this square (Q64, below 0.62): sum of (-1)^k x^2k / (2k)!.
std::uint64_t cosine_series(std::uint64_t square) {
  std::uint64_t sum = kResultOne;
  std::uint64_t term = kResultOne;
  for (std::uint64_t n = 2; term != 0; n += 2) {
    term = next_term(term, square, n * (n - 1));
    sum = n % 4 == 2 ? sum - term : sum + term;
  }
  return sum;
}

// Sine, Q62, of an angle (Q62) and its square (Q64).
std::uint64_t sine_series(std::uint64_t angle, std::uint64_t square) {
  std::uint64_t sum = angle;
  std::uint64_t term = angle;
  for (std::uint64_t n = 3; term != 0; n += 2) {
    term = next_term(term, square, n * (n - 1));
    sum = n % 4 == 3 ? sum - term : sum + term;
  }
  return sum;
}

}  // namespace

std::uint64_t exp2_of_minus(std::uint64_t y) {
  const std::uint64_t octaves = y >> kLogBits;
  if (octaves > kResultBits) return 0;
  const std::uint64_t fraction = y & ((std::uint64_t{1} << kLogBits) - 1);
  const std::uint64_t x = multiply_high(fraction << (64 - kLogBits), kLn2);  // Q64
  std::uint64_t sum = kResultOne;
  std::uint64_t term = kResultOne;
  for (std::uint64_t n = 1; term != 0; ++n) {
    term = next_term(term, x, n);
    sum = n % 2 == 1 ? sum - term : sum + term;
  }
  return sum >> octaves;
}

// Bit by bit: squaring a number of [1, 2) doubles its logarithm. A rounding of the n-th square
// counts 2^-n in the result, so that all of them together stay below 2^-61.
std::int64_t log2_of(const Dyadic& x) {
  const auto mantissa = static_cast<std::uint64_t>(x.mantissa);
  const int width = static_cast<int>(std::bit_width(mantissa));
  std::int64_t result = x.exponent + width - 1;
  std::uint64_t number = mantissa << (64 - width);  // Q63
  for (int i = 0; i < kLogBits; ++i) {
    const std::uint64_t square = multiply_high(number, number);  // Q62
    const bool above = square >= kTop;                           // 2 or more
    result = 2 * result + (above ? 1 : 0);
    number = above ? square : square << 1;
  }
  return result;
}

// Long division of 2^62 by 2^62 (1 + 2^-y), one bit a round.
std::uint64_t logistic_of_log2(std::uint64_t y) {
  const std::uint64_t divisor = kResultOne + exp2_of_minus(y);
  std::uint64_t remainder = kResultOne;
  std::uint64_t quotient = 0;
  if (remainder == divisor) return kResultOne;
  for (int i = 0; i < kResultBits; ++i) {
    remainder <<= 1;
    quotient <<= 1;
    if (remainder < divisor) continue;
    remainder -= divisor;
    quotient |= 1;
  }
  return quotient;
}

CosineAndSine cosine_and_sine(std::uint64_t turns) {
  const std::uint64_t octant = turns >> 61;
  std::uint64_t within = turns & ((std::uint64_t{1} << 61) - 1);
  if (octant % 2 == 1) within = (std::uint64_t{1} << 61) - within;
  const std::uint64_t angle = multiply_high(within << 2, kPiQuarter);  // Q63, at most pi / 4
  const std::uint64_t square = multiply_high(angle, angle) << 2;       // Q64
  auto cosine = static_cast<std::int64_t>(cosine_series(square));
  auto sine = static_cast<std::int64_t>(sine_series(angle >> 1, square));
  if (octant % 2 == 1) std::swap(cosine, sine);
  switch (octant / 2) {
    case 0:
      return {cosine, sine};
    case 1:
      return {-sine, cosine};
    case 2:
      return {-cosine, -sine};
    default:
      return {sine, -cosine};
  }
}

}  // namespace czip::importer
