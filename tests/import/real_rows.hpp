// Tensors of a public model in floating point, for the models that tests compare with.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "czip/import/dequantize.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/tensors.hpp"

namespace czip::test {

// Empty where there is none of that name.
inline std::vector<std::vector<double>> real_rows(const importer::TensorSet& tensors,
                                                  const std::string& name) {
  std::vector<std::vector<double>> rows;
  const importer::Tensor* const tensor = tensors.find(name);
  if (tensor == nullptr) return rows;
  importer::DyadicRow row;
  for (std::uint64_t i = 0; i < tensor->rows(); ++i) {
    static_cast<void>(importer::read_row(*tensor, i, row));
    std::vector<double>& numbers = rows.emplace_back();
    for (const std::int64_t mantissa : row.mantissas)
      numbers.push_back(std::ldexp(static_cast<double>(mantissa), row.exponent));
  }
  return rows;
}

}  // namespace czip::test
