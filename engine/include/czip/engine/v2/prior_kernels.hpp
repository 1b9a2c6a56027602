// Sums over the cells of an n-gram prior's list. A cell has 16 bits, little-endian: the rank above
// the level of its probability. Every SIMD level
// gives the same results.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "czip/engine/simd.hpp"

namespace czip::v2 {

inline constexpr int kPriorLevelBits = 3;
inline constexpr std::uint32_t kPriorLevels = 1 << kPriorLevelBits;

// The probability of each level, Q16, below 2^16.
using PriorLevelTable = std::array<std::uint16_t, kPriorLevels>;

struct PriorSum {
  std::uint32_t cells;
  std::uint32_t probability;  // of these cells, Q16
};

struct PriorKernels {
  // The cells of ranks below `split`. `count` is at most 65535, so that sums stay below 2^32.
  PriorSum (*below)(const std::uint8_t* cells, std::size_t count, std::uint32_t split,
                    const PriorLevelTable& table);
  // The index of the first cell of this rank; `count`: there is none.
  std::size_t (*find)(const std::uint8_t* cells, std::size_t count, std::uint32_t rank);
  // The index of the first of the cells of the least level, which has the highest probability.
  // `count` is at least 1.
  std::size_t (*likeliest)(const std::uint8_t* cells, std::size_t count);
};

// The kernels of a level. For one that supported_simd_levels() does not list: the scalar ones.
[[nodiscard]] const PriorKernels& prior_kernels(SimdLevel level);

}  // namespace czip::v2
