// The table lut.exp2 of czip-model-v1.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "czip/engine/v1/functions.hpp"

namespace czip::v1::training {

[[nodiscard]] inline Exp2Table make_exp2_table() {
  Exp2Table table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const long power =
        std::lround(std::exp2(kExpWeightShift - static_cast<double>(i) / double{kExp2Entries}));
    table[i] = static_cast<std::uint16_t>(std::min(long{kMaxExpWeight}, power));
  }
  return table;
}

}  // namespace czip::v1::training
