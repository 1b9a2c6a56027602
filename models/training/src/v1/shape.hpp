// The widths of a czip-model-v1 network.
#pragma once

#include <cstddef>

#include "czip/training/v1/model_trainer.hpp"
#include "v1/format.hpp"

namespace czip::v1::training {

[[nodiscard]] inline std::size_t width_of(const NetworkShape& shape) {
  return std::size_t{shape.heads} * kHeadDim;
}

}  // namespace czip::v1::training
