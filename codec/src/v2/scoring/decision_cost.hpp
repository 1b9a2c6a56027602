// What a decision costs.
#pragma once

#include <cstdint>

#include "czip/codec/scoring.hpp"
#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {

// Of a bit that was predicted with the probability `p` of a 1, Q22.
inline std::uint32_t decision_cost(bool bit, std::uint32_t p) {
  return code_length(bit ? p : kProbabilityOne - p, kProbabilityOne);
}

}  // namespace czip::v2
