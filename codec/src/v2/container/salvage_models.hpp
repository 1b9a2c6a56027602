// The models of a damaged file, of which some may be missing.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/codec.hpp"

namespace czip::v2 {

class SalvageModels {
 public:
  // A search may open many files, and a hostile file can name any number of models: there are at
  // most `searches` that find nothing.
  SalvageModels(const ModelFinder& finder, std::uint64_t searches)
      : finder_(&finder), searches_(searches) {}

  // nullopt: there is no such model. Errors: those of the finder but model_mismatch.
  Result<std::optional<Model>> find(const ModelReference& reference);

  // The errors of the first searches that found nothing.
  [[nodiscard]] const std::vector<Error>& missing() const { return errors_; }

 private:
  const ModelFinder* finder_;
  std::uint64_t searches_;
  std::vector<std::pair<ModelReference, Model>> found_;
  // The first ones, and their errors.
  std::vector<ModelReference> missing_;
  std::vector<Error> errors_;
};

}  // namespace czip::v2
