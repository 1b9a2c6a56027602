// What a loaded czip-model-v2 model consists of.
#pragma once

#include <cstdint>
#include <memory>

#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/prior.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/coding/trained_state.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "czip/codec/v2/model/state_cache.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"

namespace czip::v2 {

struct ModelParts {
  Hash128 hash{};
  ModelDescription description;
  Tokenizer tokenizer;
  Logistic logistic;
  CodeTree tree;
  Prior prior;
  std::unique_ptr<const StateCache> states;
  std::unique_ptr<const NetworkCache> network;               // null: the model has none
  std::unique_ptr<const RecurrentCache> recurrent;           // the same
  std::unique_ptr<const LanguageModelCache> language_model;  // the same
  safetensors::File file;
};

// The state of a profile, where a network takes part or not. Valid as long as the model. May throw
// std::bad_alloc.
[[nodiscard]] inline const TrainedState& state_of(const ModelParts& model, std::size_t profile,
                                                  bool network) {
  return model.states->get(model.file, profile, network);
}

// The network of a model that has one, loaded for `simd` if that has not been done yet. Valid as
// long as the model. Errors: those of load_network.
Result<const ModelNetwork*> network_of(const ModelParts& model, SimdLevel simd);
// The recurrent network, in the same way; null: the model has none. Errors: those of
// load_recurrent_network.
Result<const RecurrentNetwork*> recurrent_network_of(const ModelParts& model, SimdLevel simd);
// The language model of a model that has one, in the same way. Errors: those of
// load_language_model.
Result<const LanguageModel*> language_model_of(const ModelParts& model, SimdLevel simd);

}  // namespace czip::v2
