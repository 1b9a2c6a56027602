// What a loaded czip-model-v2 model consists of.
#pragma once

#include <cstdint>
#include <memory>

#include "czip/codec/model_v2.hpp"
#include "czip/engine/safetensors.hpp"
#include "czip/tokenizer/byte_tokenizer.hpp"
#include "v2/code_tree.hpp"
#include "v2/logistic.hpp"
#include "v2/model_network.hpp"
#include "v2/prior.hpp"
#include "v2/profile.hpp"
#include "v2/trained_state.hpp"

namespace czip::v2 {

struct ModelParts {
  ModelHash hash{};
  ModelDescription description;
  ByteTokenizer tokenizer;
  Logistic logistic;
  CodeTree tree;
  Prior prior;
  TrainedStates states;          // where no network takes part
  TrainedStates network_states;  // where one does: of the profiles from kFirstNetworkProfile on
  // Null: the model has none.
  std::unique_ptr<const LazyNetwork> network;
  SafetensorsFile file;
};

// Model files hold mixer weights as 16-bit integers with 12 fractional bits, a sixteenth of the
// mixer's precision.
inline constexpr int kStoredWeightShift = 4;

}  // namespace czip::v2
