// czip-network-llm.md, section 2: functions of single numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "functions.hpp"

namespace reference::llm {

constexpr std::int64_t kBound = (1 << 30) - 1;  // B

inline std::int64_t clamp(std::int64_t x, std::int64_t bound) {
  return std::min(std::max(x, -bound), bound);
}
inline std::int64_t round_shift(std::int64_t x, int s) {
  return s == 0 ? x : floor_shift(x + (std::int64_t{1} << (s - 1)), s);
}
// Of x >= 0.
inline int bits(std::uint64_t x) {
  int count = 0;
  for (; x != 0; x /= 2) ++count;
  return count;
}
inline std::uint64_t integer_sqrt(std::uint64_t x) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit /= 2)
    if ((root + bit) * (root + bit) <= x) root += bit;
  return root;
}

using Numbers = std::vector<std::int64_t>;

inline std::uint64_t largest_magnitude(const Numbers& y) {
  std::int64_t largest = 0;
  for (const std::int64_t value : y) largest = std::max(largest, value < 0 ? -value : value);
  return static_cast<std::uint64_t>(largest);
}

// int8 numbers x that stand for x / 127 * a * 2^(-31 - k).
struct Vector {
  Numbers x;
  std::uint64_t a = 0;
  int k = 0;
};

inline Vector quantize(const Numbers& y) {
  Vector vector;
  vector.x.resize(y.size());
  const std::uint64_t m = largest_magnitude(y);
  if (m == 0) return vector;
  const int p = bits(m);
  const auto reciprocal = static_cast<std::int64_t>((std::uint64_t{127} << (p + 22)) / m);
  for (std::size_t i = 0; i < y.size(); ++i) vector.x[i] = round_shift(y[i] * reciprocal, p + 22);
  vector.a = m << (31 - p);
  vector.k = 31 - p;
  return vector;
}

inline Vector normalize(const Numbers& r, std::uint64_t epsilon) {
  Vector vector = quantize(r);
  const std::uint64_t m = largest_magnitude(r);
  if (m == 0) return vector;
  const int p = bits(m);
  const int s = std::max(0, p - 24);
  std::uint64_t total = epsilon >> 2 * s;
  for (const std::int64_t value : r) {
    const std::int64_t shifted = floor_shift(value, s);
    total += static_cast<std::uint64_t>(shifted * shifted);
  }
  int z = 0;
  while (total << z < std::uint64_t{1} << 61) z += 2;
  const std::uint64_t root = integer_sqrt(total << z);
  const std::uint64_t q = (m << (62 - p)) / root;
  const int n = q >= std::uint64_t{1} << 31 ? 1 : q < std::uint64_t{1} << 30 ? -1 : 0;
  vector.a = n == 1 ? q / 2 : n == -1 ? 2 * q : q;
  vector.k = 31 + s - p - n - z / 2;
  return vector;
}

// Blocks of h numbers in place.
inline void hadamard(Numbers& x, std::size_t h) {
  for (std::size_t distance = 1; distance < h; distance *= 2)
    for (std::size_t i = 0; i < x.size(); ++i) {
      if ((i & distance) != 0) continue;
      const std::int64_t sum = x[i] + x[i + distance];
      x[i + distance] = x[i] - x[i + distance];
      x[i] = sum;
    }
}

}  // namespace reference::llm
