// Adds a network to a trained model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/training/corpus.hpp"
#include "czip/training/v2/model_trainer.hpp"

namespace czip::v2::training {

// Does what v2::check_network() does, but may throw std::bad_alloc.
Status check_network_of(const ModelParts& model, std::span<const std::uint8_t> network_file);

// Does what v2::add_network() does, but may throw std::bad_alloc.
Result<std::vector<std::uint8_t>> add_network_to(const ModelParts& model,
                                                 std::span<const std::uint8_t> network_file,
                                                 const Corpus& corpus,
                                                 const TrainingOptions& options);

}  // namespace czip::v2::training
