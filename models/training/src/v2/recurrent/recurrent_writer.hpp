// The file of a recurrent network: its parameters in the integers of the engine.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "v2/recurrent/kernels.hpp"
#include "v2/recurrent/parameters.hpp"

namespace czip::v2::training {

Result<std::vector<std::uint8_t>> write_recurrent(const RecurrentParameters& parameters,
                                                  const RecurrentKernels& kernels);

}  // namespace czip::v2::training
