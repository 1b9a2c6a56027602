// A matrix whose outputs are transformed together: in memory as fixed point of 32 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

class FixedMatrix {
 public:
  // A tensor, rounded to 2^-29 of its largest number or better (ties to even), with zeros behind
  // each row up to `columns`.
  static Result<FixedMatrix> read(const Tensor& tensor, std::size_t columns);

  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::span<std::int32_t> numbers() { return numbers_; }  // below 2^30
  void row(std::size_t index, DyadicRow& row) const;

 private:
  std::size_t columns_ = 0;
  int exponent_ = 0;
  std::vector<std::int32_t> numbers_;
};

}  // namespace czip::importer
