#include "scoring/models.hpp"

#include <filesystem>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"

namespace czip::tool {
namespace {

Result<ScoringModel> open_model(const Arguments& arguments) {
  CZIP_TRY_ASSIGN(auto store, ModelStore::open(arguments));
  ScoringModel model{.store = std::move(store),
                     .label = std::filesystem::path(arguments.model).filename().string(),
                     .format = 1};
  if (model.store.for_v1()) return model;
  CZIP_TRY_ASSIGN(const auto loaded, model.store.for_v2());
  model.format = 2;
  if (arguments.model.empty()) model.label = loaded.description().name;
  if (model.label.empty()) model.label = "built-in model";
  return model;
}

}  // namespace

Result<std::vector<ScoringModel>> open_scoring_models(const Session& session) {
  std::vector<ScoringModel> models;
  Arguments arguments = session.arguments;
  std::vector<std::string> names = arguments.models;
  if (names.empty()) names.emplace_back();
  if (!arguments.against_model.empty()) names.push_back(arguments.against_model);
  for (const std::string& name : names) {
    arguments.model = name;
    CZIP_TRY_ASSIGN(auto model, open_model(arguments));
    models.push_back(std::move(model));
  }
  for (std::size_t i = 0; i < models.size(); ++i)
    for (std::size_t k = 0; k < models.size(); ++k)
      if (k != i && models[k].label == models[i].label && !names[i].empty())
        models[i].label = names[i];
  return models;
}

Result<v2::Model> predictor_model(ScoringModel& model) {
  if (model.format == 2) return model.store.for_v2();
  return usage_error(printable(model.label) +
                     " is a czip-model-v1, which learns nothing from a text; name a czip-model-v2");
}

v2::ModelFinder finder_of(std::vector<ScoringModel>& models) {
  return [&models](const v2::ModelReference& wanted) {
    Result<v2::Model> found = fail(ErrorCode::internal, "no model");
    for (ScoringModel& model : models) {
      found = model.store.finder()(wanted);
      if (found) break;
    }
    return found;
  };
}

}  // namespace czip::tool
