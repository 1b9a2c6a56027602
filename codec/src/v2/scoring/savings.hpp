// Divides what a decision's prediction saves among the parts of the predictor.
#pragma once

#include <cstdint>

#include "czip/codec/scoring.hpp"
#include "czip/codec/v2/coding/mixer.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {

// Adds the savings of a decision whose bit costs `cost`, right after it was mixed.
void add_savings(const Mixer& mixer, const InputLayout& layout, const Logistic& logistic, bool bit,
                 std::uint32_t cost, PartSavings& savings);

}  // namespace czip::v2
