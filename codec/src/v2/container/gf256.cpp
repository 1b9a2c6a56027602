#include "v2/container/gf256.hpp"

#include <array>
#include <utility>

namespace czip::v2 {
namespace {

constexpr unsigned kPolynomial = 0x11d;
constexpr std::size_t kNonzero = 255;

// Powers of x, which generate all elements but 0, and their logarithms.
struct Tables {
  std::array<std::uint8_t, 2 * kNonzero> power{};
  std::array<std::uint8_t, 256> logarithm{};
};

constexpr Tables make_tables() {
  Tables tables;
  unsigned element = 1;
  for (std::size_t i = 0; i < kNonzero; ++i) {
    tables.power[i] = tables.power[i + kNonzero] = static_cast<std::uint8_t>(element);
    tables.logarithm[element] = static_cast<std::uint8_t>(i);
    element <<= 1;
    if (element > 255) element ^= kPolynomial;
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint8_t gf_multiply(std::uint8_t a, std::uint8_t b) {
  if (a == 0 || b == 0) return 0;
  return kTables.power[std::size_t{kTables.logarithm[a]} + kTables.logarithm[b]];
}

std::uint8_t gf_inverse(std::uint8_t a) { return kTables.power[kNonzero - kTables.logarithm[a]]; }

void gf_multiply_add(std::uint8_t factor, std::span<const std::uint8_t> from,
                     std::span<std::uint8_t> to) {
  std::array<std::uint8_t, 256> products{};
  for (std::size_t i = 0; i < products.size(); ++i)
    products[i] = gf_multiply(factor, static_cast<std::uint8_t>(i));
  for (std::size_t i = 0; i < from.size(); ++i) to[i] ^= products[from[i]];
}

std::uint8_t parity_factor(std::size_t k, std::size_t row, std::size_t column) {
  return gf_inverse(static_cast<std::uint8_t>((k + row) ^ column));
}

// Gauss and Jordan's elimination.
std::vector<std::uint8_t> gf_invert(std::vector<std::uint8_t> matrix, std::size_t n) {
  std::vector<std::uint8_t> inverse(n * n);
  for (std::size_t i = 0; i < n; ++i) inverse[i * n + i] = 1;
  const auto row = [n](std::vector<std::uint8_t>& of, std::size_t i) {
    return std::span(of).subspan(i * n, n);
  };
  const auto scale = [](std::span<std::uint8_t> values, std::uint8_t factor) {
    for (std::uint8_t& value : values) value = gf_multiply(value, factor);
  };
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    while (pivot < n && matrix[pivot * n + i] == 0) ++pivot;
    if (pivot == n) return {};
    for (std::size_t j = 0; j < n && pivot != i; ++j) {
      std::swap(matrix[i * n + j], matrix[pivot * n + j]);
      std::swap(inverse[i * n + j], inverse[pivot * n + j]);
    }
    const std::uint8_t factor = gf_inverse(matrix[i * n + i]);
    scale(row(matrix, i), factor);
    scale(row(inverse, i), factor);
    for (std::size_t other = 0; other < n; ++other) {
      const std::uint8_t multiple = matrix[other * n + i];
      if (other == i || multiple == 0) continue;
      gf_multiply_add(multiple, row(matrix, i), row(matrix, other));
      gf_multiply_add(multiple, row(inverse, i), row(inverse, other));
    }
  }
  return inverse;
}

}  // namespace czip::v2
