// Writes czip-model-v2 files.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "czip/codec/model_v2.hpp"
#include "czip/tokenizer/byte_tokenizer.hpp"
#include "training/prior_trainer.hpp"
#include "v2/profile.hpp"
#include "v2/trained_state.hpp"

namespace czip::v2 {

struct ModelContent {
  ModelDescription description;
  const ByteTokenizer& tokenizer;
  std::vector<std::uint16_t> code_order;
  std::vector<std::uint16_t> code_splits;
  std::vector<std::uint16_t> squash;
  TrainedPrior prior;
  std::array<TrainedState, kProfiles.size()> states;  // the first's apm counts for all
};

std::vector<std::uint8_t> write_model(const ModelContent& content);

}  // namespace czip::v2
