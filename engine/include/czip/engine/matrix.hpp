// A matrix of int8 weights in plain form, as model files hold it.
#pragma once

#include <cstdint>
#include <vector>

namespace czip {

// [rows, cols], row-major: a row holds the weights of one output.
struct MatrixI8 {
  std::uint32_t rows = 0;
  std::uint32_t cols = 0;
  std::vector<std::int8_t> data;
};

}  // namespace czip
