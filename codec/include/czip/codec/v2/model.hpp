// A czip-model-v2 model: the tokenizer, code tree, n-gram prior, initial mixer state and, where the
// model has one, the network. Format: conformance/czip-model-v2.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "czip/base/error.hpp"
#include "czip/engine/safetensors/content_hash.hpp"

namespace czip::v2 {

struct ModelParts;  // internal: codec/src/v2/model_parts.hpp

// What a model file says of itself ("__metadata__").
struct ModelDescription {
  std::string name;
  std::string description;
  std::string license;
  std::string training_data;
};

// Immutable once loaded; copies share their parts and any number of threads may code with one.
class Model {
 public:
  // Parses and checks a model file; of a network, whether it is one of this model. Its weights are
  // checked when a block first needs them, which fails then with what is wrong. The prior's tables
  // and the network stay in `file`, which must outlive every copy of the model: the built-in model
  // is used where it lies in the program.
  static Result<Model> parse(std::span<const std::uint8_t> file);

  [[nodiscard]] const Hash128& hash() const;
  [[nodiscard]] const ModelDescription& description() const;
  [[nodiscard]] bool has_network() const;
  [[nodiscard]] std::uint32_t vocabulary_size() const;
  [[nodiscard]] const ModelParts& parts() const { return *parts_; }

 private:
  explicit Model(std::shared_ptr<const ModelParts> parts) : parts_(std::move(parts)) {}

  std::shared_ptr<const ModelParts> parts_;
};

}  // namespace czip::v2
