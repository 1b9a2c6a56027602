// The table "network.exp2" of a czip-model-v2 network.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "czip/engine/v2/functions.hpp"

namespace czip::v2::training {

// 2^(-i/64), Q16, limited to 65535.
[[nodiscard]] inline Exp2Table make_exp2_table() {
  Exp2Table table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const long power = std::lround(std::exp2(16 - static_cast<double>(i) / double{kExp2Entries}));
    table[i] = static_cast<std::uint32_t>(std::min(long{kFirstExp2}, power));
  }
  return table;
}

}  // namespace czip::v2::training
