// Writes czip-model-v2 files, which state their hash. Error: a description that is not UTF-8.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/model_description.hpp"
#include "czip/codec/v2/coding/trained_state.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"
#include "v2/prior/prior_trainer.hpp"

namespace czip::v2::training {

struct ModelContent {
  ModelDescription description;
  const Tokenizer& tokenizer;
  std::vector<std::uint16_t> code_order;
  std::vector<std::uint16_t> code_splits;
  TrainedPrior prior;
  const safetensors::File* recurrent;  // with tensors "recurrent.*"; null: none
  TrainedStates states;
};

Result<std::vector<std::uint8_t>> write_model(const ModelContent& content);

// `model` with the network of the file `network` in place of any that it has, and with `states` for
// the profiles that a network joins. What `description` leaves empty stays as it is.
Result<std::vector<std::uint8_t>> write_model_with_network(const safetensors::File& model,
                                                           const safetensors::File& network,
                                                           const ModelDescription& description,
                                                           const TrainedStates& states);

}  // namespace czip::v2::training
