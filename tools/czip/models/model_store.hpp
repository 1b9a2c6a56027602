// The available models: the one that -m names, else the built-in one, and, by their hash, those in
// the folders of CZIP_MODEL_PATH.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model.hpp"
#include "io/file_content.hpp"

namespace czip::tool {

// Whether a file states that it is a czip-model-v2. False for a damaged file: the loader of
// czip-model-v1 then reports what is wrong.
[[nodiscard]] bool is_v2_model(std::span<const std::uint8_t> file);

class ModelStore {
 public:
  // Loads the model of -m and --tokenizer. Without -m, models are loaded when they are needed.
  static Result<ModelStore> open(const Arguments& arguments);

  // The format to write: that of --format, else of -m, else 2. Error: --format does not fit -m.
  Result<int> format_to_write(const Arguments& arguments) const;

  // The model that -m names, for CZIPv1.
  Result<const v1::Model*> for_v1();
  // The model that -m names, else the built-in one, for CZIPv2. Error: -m names one for CZIPv1.
  Result<v2::Model> for_v2();

  // Tells where -m names a model for CZIPv1 and all that was decoded is CZIPv2, which found others.
  void warn_if_unused(const Console& console) const;

  // Finds the models of CZIPv2 files. Refers to the store.
  [[nodiscard]] v2::ModelFinder finder();
  // The name of the model with that hash; empty if it is not available.
  [[nodiscard]] std::string name_of(const v2::ModelReference& reference);

 private:
  Result<v2::Model> v2_or_built_in();
  Result<v2::Model> find(const v2::ModelReference& wanted);
  std::optional<v2::Model> search_folders(const v2::ModelReference& wanted);

  std::string name_;                 // as -m gives it
  std::optional<Hash128> expected_;  // --expect-hash
  std::optional<v1::Model> v1_;
  std::optional<v2::Model> v2_;
  std::vector<FileContent> files_;  // models refer to them
  std::vector<v2::Model> found_;    // in folders
  bool v1_wanted_ = false;
  bool v2_found_ = false;
};

}  // namespace czip::tool
