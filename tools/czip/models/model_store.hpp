// The models at hand: the one that -m names, else the built-in one, and those in the folders of
// CZIP_MODEL_PATH, by their hash.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model.hpp"

namespace czip::tool {

// What a model file says that it is. A file that cannot be read is taken for CZIPv1's: its loader
// says what is wrong.
[[nodiscard]] bool is_v2_model(std::span<const std::uint8_t> file);

class ModelStore {
 public:
  // Loads what -m names, with --tokenizer. Without -m nothing is loaded before it is needed.
  static Result<ModelStore> open(const Arguments& arguments);

  // The format to write: --format where it is given and fits -m, else that of -m, else 2.
  Result<int> format_to_write(const Arguments& arguments) const;

  // The model that -m names, for CZIPv1.
  Result<const v1::Model*> for_v1() const;
  // The model that -m names, else the built-in one, for CZIPv2.
  Result<v2::Model> for_v2();

  // Finds the models of CZIPv2 files. Refers to the store.
  [[nodiscard]] v2::ModelFinder finder();
  // The name of the model of that hash, where it is at hand; empty otherwise.
  [[nodiscard]] std::string name_of(const v2::ModelReference& reference);

 private:
  using File = std::unique_ptr<std::vector<std::uint8_t>>;

  Result<v2::Model> find(const v2::ModelReference& wanted);
  std::optional<v2::Model> search_folders(const v2::ModelReference& wanted);

  std::string name_;  // as -m gives it
  std::optional<v1::Model> v1_;
  std::optional<v2::Model> v2_;
  std::vector<File> files_;  // models refer to them
};

}  // namespace czip::tool
