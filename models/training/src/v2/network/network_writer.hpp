// Writes a trained network as the engine reads it (conformance/czip-network-v2.md).
#pragma once

#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/v2/network.hpp"
#include "v2/network/parameters.hpp"

namespace czip::v2::training {

// A safetensors file of the network's tensors, which states its hash.
Result<std::vector<std::uint8_t>> write_network(const NetworkConfig& config,
                                                const Parameters& parameters);

}  // namespace czip::v2::training
