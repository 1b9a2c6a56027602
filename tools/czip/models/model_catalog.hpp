// The models that are at hand: the built-in one, and those in the folders of CZIP_MODEL_PATH.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "czip/codec/v2/codec.hpp"

namespace czip::tool {

// What the header of a model file says. Only loading the model shows whether it is true.
struct KnownModel {
  std::string path{};    // empty: built in
  std::string format{};  // "czip-model-v1" or "czip-model-v2"
  std::string name{};    // may be empty
  std::string hash{};    // 32 hexadecimal digits; empty: it states none
  bool has_network = false;
  std::uint64_t file_bytes = 0;
};

// Where a model is, for people: its path or "built in".
[[nodiscard]] std::string place_of(const KnownModel& model);

// All of them, the built-in one first, the others by folder and name. Files that are no models are
// left out.
[[nodiscard]] std::vector<KnownModel> known_models();

// The first that states the hash of `reference`; null: none does.
[[nodiscard]] const KnownModel* find_known(const std::vector<KnownModel>& models,
                                           const v2::ModelReference& reference);

}  // namespace czip::tool
