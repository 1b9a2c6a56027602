// Adds a network to a trained model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/training/v2/trainer.hpp"
#include "v2/corpus.hpp"

namespace czip::v2 {

// The file of the model with the network of `network_file`, as Trainer::add_network has it.
Result<std::vector<std::uint8_t>> add_network_to(const ModelParts& model,
                                                 std::span<const std::uint8_t> network_file,
                                                 std::span<const Source> sources,
                                                 const TrainingOptions& options);

}  // namespace czip::v2
