// Writes a trained network as the engine reads it (conformance/czip-network-v2.md).
#pragma once

#include <cstdint>
#include <vector>

#include "czip/engine/network_v2.hpp"
#include "training/network/parameters.hpp"

namespace czip::network {

// A safetensors file of the network's tensors.
std::vector<std::uint8_t> write_network(const NetworkV2Config& config,
                                        const Parameters& parameters);

}  // namespace czip::network
