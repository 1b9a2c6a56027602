// Checkpoints: the state of a network's training as a safetensors file, to resume from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "nn/optimizer.hpp"
#include "nn/parameters.hpp"

namespace czip::nn {

struct TrainingPosition {
  std::uint64_t steps = 0;
  std::uint64_t windows = 0;  // taken from the corpus
  std::uint64_t seed = 1;     // of the corpus's order
};

// The file has a hash of everything in it.
Result<std::vector<std::uint8_t>> write_checkpoint(const ParameterList& parameters,
                                                   const Optimizer& optimizer,
                                                   const TrainingPosition& position);

// Sets the parameters and the optimizer of the same network, trained with the same seed. Errors:
// corrupt, truncated, unsupported (another version), and invalid_argument for a checkpoint of
// another network or seed. After an error, both
// are unchanged.
Result<TrainingPosition> read_checkpoint(std::span<const std::uint8_t> file, std::uint64_t seed,
                                         ParameterList& parameters, Optimizer& optimizer);

}  // namespace czip::nn
