// The models that a text is scored with: those of -m, in their order, or the built-in one.
#pragma once

#include <string>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/codec.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

struct ScoringModel {
  ModelStore store;
  // The name of its file, or as it was typed where two are the same; of the built-in one, its own.
  std::string label;
  int format = 2;  // 1: a czip-model-v1
};

// Errors: those of ModelStore.
Result<std::vector<ScoringModel>> open_scoring_models(const Session& session);

// The model, for what only CZIPv2's predictor can do. Error: it is a czip-model-v1.
Result<v2::Model> predictor_model(ScoringModel& model);

// Finds a file's model among all of them, and where they find models. Refers to `models`.
[[nodiscard]] v2::ModelFinder finder_of(std::vector<ScoringModel>& models);

}  // namespace czip::tool
