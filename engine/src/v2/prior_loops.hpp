// The definition of prior_kernels.hpp, in plain loops; each isa_*.cpp compiles them for its own
// instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "czip/base/little_endian.hpp"
#include "czip/engine/v2/prior_kernels.hpp"

namespace czip::v2 {
namespace {

inline std::uint32_t prior_cell(const std::uint8_t* cells, std::size_t i) {
  return load_le<std::uint16_t>(cells + 2 * i);
}

inline PriorSum below_in_prior(const std::uint8_t* cells, std::size_t count, std::uint32_t split,
                               const PriorLevelTable& table) {
  PriorSum sum{};
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t cell = prior_cell(cells, i);
    if (cell >> kPriorLevelBits >= split) continue;
    ++sum.cells;
    sum.probability += table[cell & (kPriorLevels - 1)];
  }
  return sum;
}

inline std::size_t find_in_prior(const std::uint8_t* cells, std::size_t count, std::uint32_t rank) {
  std::size_t i = 0;
  while (i < count && prior_cell(cells, i) >> kPriorLevelBits != rank) ++i;
  return i;
}

inline std::size_t likeliest_in_prior(const std::uint8_t* cells, std::size_t count) {
  std::size_t likeliest = 0;
  std::uint32_t least = kPriorLevels;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t level = prior_cell(cells, i) & (kPriorLevels - 1);
    if (level >= least) continue;
    least = level;
    likeliest = i;
  }
  return likeliest;
}

constexpr PriorKernels make_prior_kernels() {
  return {.below = below_in_prior, .find = find_in_prior, .likeliest = likeliest_in_prior};
}

}  // namespace
}  // namespace czip::v2
