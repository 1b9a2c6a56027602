// A model file's metadata for people, in both formats of models.
#pragma once

#include <string>

namespace czip {

// Empty fields are absent from the file.
struct ModelDescription {
  std::string name;
  std::string description;
  std::string license;
  std::string training_data;
};

}  // namespace czip
