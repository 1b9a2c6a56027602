// What a loaded czip-model-v2 model consists of.
#pragma once

#include <cstdint>
#include <memory>

#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/prior.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/coding/trained_state.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"

namespace czip::v2 {

struct ModelParts {
  Hash128 hash{};
  ModelDescription description;
  Tokenizer tokenizer;
  Logistic logistic;
  CodeTree tree;
  Prior prior;
  TrainedStates states;                         // where no network takes part
  TrainedStates network_states;                 // where one does; empty below kFirstNetworkProfile
  std::unique_ptr<const NetworkCache> network;  // null: the model has none
  safetensors::File file;
};

// The network of a model that has one, loaded for `simd` if that has not been done yet. Valid as
// long as the model. Errors: those of load_network.
Result<const ModelNetwork*> network_of(const ModelParts& model, SimdLevel simd);

}  // namespace czip::v2
