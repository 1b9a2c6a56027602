#include "network/row_arithmetic.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/engine/integer_math.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/network/factor.hpp"

namespace czip::importer {
namespace {

constexpr int kNormBits = 23;
constexpr int kCentredBits = 44;
constexpr int kNoTop = -65536;  // of zeros: below every number's
constexpr int kLongest = 62;

// The number is below 2^top.
int top_of(std::uint64_t magnitude, int exponent) {
  return magnitude == 0 ? kNoTop : static_cast<int>(std::bit_width(magnitude)) + exponent;
}

// x * 2^shift; a shift to the left leaves 53 bits at most.
std::int64_t shifted(std::int64_t x, int shift) {
  if (x == 0) return 0;
  return shift >= 0 ? x * (std::int64_t{1} << shift)
                    : shift_right_rne(x, std::min(-shift, kLongest));
}

}  // namespace

Dyadic dot(const DyadicRow& a, const DyadicRow& b) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.mantissas.size(); ++i) sum += a.mantissas[i] * b.mantissas[i];
  return {sum, a.exponent + b.exponent};
}

Dyadic norm(DyadicRow& row) {
  limit_mantissas(row, kNormBits);
  std::uint64_t sum = 0;
  for (const std::int64_t x : row.mantissas) sum += static_cast<std::uint64_t>(x * x);
  return {static_cast<std::int64_t>(integer_sqrt(sum)), row.exponent};
}

DyadicRow with_one_exponent(std::span<const Dyadic> numbers) {
  int top = kNoTop;
  for (const Dyadic& x : numbers) top = std::max(top, top_of(magnitude(x.mantissa), x.exponent));
  DyadicRow row;
  row.exponent = top == kNoTop ? 0 : top - kMantissaBits;
  for (const Dyadic& x : numbers)
    row.mantissas.push_back(shifted(x.mantissa, x.exponent - row.exponent));
  return row;
}

DyadicRow sum(const DyadicRow& a, const DyadicRow& b) {
  const int top =
      std::max(top_of(largest_magnitude(a), a.exponent), top_of(largest_magnitude(b), b.exponent));
  DyadicRow row;
  row.exponent = top == kNoTop ? 0 : top + 1 - kMantissaBits;
  for (std::size_t i = 0; i < a.mantissas.size(); ++i)
    row.mantissas.push_back(shifted(a.mantissas[i], a.exponent - row.exponent) +
                            shifted(b.mantissas[i], b.exponent - row.exponent));
  return row;
}

void centre(DyadicRow& row) {
  if (row.mantissas.empty()) return;
  limit_mantissas(row, kCentredBits);
  std::int64_t sum = 0;
  for (const std::int64_t x : row.mantissas) sum += x;
  const std::int64_t mean = divide_rne_signed(sum, row.mantissas.size());
  for (std::int64_t& x : row.mantissas) x -= mean;
}

void centre_outputs(std::span<std::int32_t> matrix, std::size_t columns) {
  const std::size_t rows = matrix.size() / columns;
  std::vector<std::int64_t> means(columns);
  for (std::size_t i = 0; i < matrix.size(); ++i) means[i % columns] += matrix[i];
  for (std::int64_t& mean : means) mean = divide_rne_signed(mean, rows);
  for (std::size_t i = 0; i < matrix.size(); ++i)
    matrix[i] -= static_cast<std::int32_t>(means[i % columns]);
}

std::int32_t fixed_number(const Dyadic& number, const Factor& factor) {
  const std::int64_t product = number.mantissa * static_cast<std::int64_t>(factor.mantissa);
  const int up = number.exponent + factor.exponent;
  const std::int64_t rounded = up >= 0 ? (product == 0  ? 0
                                          : product < 0 ? -INT32_MAX
                                                        : INT32_MAX)
                                       : shift_right_rne(product, std::min(-up, kLongest));
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(rounded, -llm::kBound, llm::kBound));
}

}  // namespace czip::importer
