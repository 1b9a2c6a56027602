#include "network/fixed_matrix.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/import/dequantize.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

Result<FixedMatrix> FixedMatrix::read(const Tensor& tensor, std::size_t columns) {
  constexpr int kBits = 29;
  const auto rows = static_cast<std::size_t>(tensor.rows());
  DyadicRow row;
  int width = -4096;  // all numbers are below 2^width
  for (std::size_t i = 0; i < rows; ++i) {
    CZIP_TRY(read_row(tensor, i, row));
    const std::uint64_t largest = largest_magnitude(row);
    if (largest != 0)
      width = std::max(width, static_cast<int>(std::bit_width(largest)) + row.exponent);
  }
  FixedMatrix matrix;
  matrix.columns_ = columns;
  matrix.exponent_ = width - kBits;
  matrix.numbers_.resize(rows * columns);
  for (std::size_t i = 0; i < rows; ++i) {
    CZIP_TRY(read_row(tensor, i, row));
    const auto fixed = std::span(matrix.numbers_).subspan(i * columns, row.mantissas.size());
    if (to_fixed_point(row, -matrix.exponent_, fixed) != 0)
      return fail(ErrorCode::internal, "a number of tensor " + tensor.name + " is too large");
  }
  return matrix;
}

void FixedMatrix::row(std::size_t index, DyadicRow& row) const {
  const auto begin = numbers_.begin() + static_cast<std::ptrdiff_t>(index * columns_);
  row.mantissas.assign(begin, begin + static_cast<std::ptrdiff_t>(columns_));
  row.exponent = exponent_;
}

}  // namespace czip::importer
