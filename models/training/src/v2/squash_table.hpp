// The table "tables.squash" of a czip-model-v2, computed in integers.
#pragma once

#include <cstdint>
#include <vector>

namespace czip::v2::training {

// round(65536 / (1 + exp(-x / 256))), limited to 1..65535, for |x| <= kMaxStretch in ascending
// order, as Logistic reads it.
[[nodiscard]] std::vector<std::uint16_t> make_squash_table();

}  // namespace czip::v2::training
