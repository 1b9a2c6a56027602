// Reads the file of a network, as network_writer.hpp writes it, back into parameters.
#pragma once

#include "czip/base/error.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "v2/network/parameters.hpp"

namespace czip::v2::training {

// Sets the parameters of a network of the same configuration. `file` must hold a network that the
// engine accepts. Error: unsupported, for shifts other than the trainer's.
Status read_network(const safetensors::File& file, Parameters& parameters);

}  // namespace czip::v2::training
