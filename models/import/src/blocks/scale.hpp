// The half-precision scales of ggml's blocks.
#pragma once

#include <cstdint>

#include "czip/base/little_endian.hpp"
#include "czip/import/ieee754.hpp"

namespace czip::importer {

// The scale at `bytes` as an integer times 2^-24, below 2^40 in magnitude. It is finite.
[[nodiscard]] inline std::int64_t scale_at(const std::uint8_t* bytes) {
  return f16_units(load_le<std::uint16_t>(bytes));
}

[[nodiscard]] inline bool is_finite_scale(const std::uint8_t* bytes) {
  return is_finite_f16(load_le<std::uint16_t>(bytes));
}

}  // namespace czip::importer
