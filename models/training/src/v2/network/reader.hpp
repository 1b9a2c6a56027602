// Reads a network's file back into quantities to be trained on, as network_writer.hpp writes it.
#pragma once

#include "czip/base/error.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "v2/network/parameters.hpp"

namespace czip::nn {

// Into the parameters of a network of the same configuration; `file` holds a network that the
// engine accepts. Error: unsupported, for scales with other shifts than the trainer's.
Status read_network(const safetensors::File& file, Parameters& parameters);

}  // namespace czip::nn
