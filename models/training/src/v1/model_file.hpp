// Writes a trained network and its tokenizer as a czip-model-v1 file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/training/v1/model_trainer.hpp"
#include "v1/parameters.hpp"

namespace czip::v1::training {

// The file has all tensors and metadata that the public models have, and the description.
Result<std::vector<std::uint8_t>> write_model(const NetworkShape& shape,
                                              const Parameters& parameters,
                                              const std::string& tokenizer_json,
                                              const ModelDescription& description);

}  // namespace czip::v1::training
