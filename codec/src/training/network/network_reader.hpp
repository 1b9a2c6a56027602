// Reads a network's file back into quantities to be trained on, as network_writer.hpp writes it.
#pragma once

#include "czip/base/error.hpp"
#include "czip/engine/safetensors.hpp"
#include "training/network/parameters.hpp"

namespace czip::network {

// Into the parameters of a network of the same configuration; `file` holds a network that the
// engine accepts. Error: unsupported, for scales with other shifts than the trainer's.
Status read_network(const SafetensorsFile& file, Parameters& parameters);

}  // namespace czip::network
