// A czip-model-v2 model: the tokenizer, code tree, n-gram prior, the predictor's initial states
// and, where the model has them, the recurrent network, the network (the transformer) and a public
// language model. Format: conformance/czip-model-v2.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/model_description.hpp"

namespace czip::v2 {

struct ModelParts;  // czip/codec/v2/model/parts.hpp

// Whether a model's content is hashed and compared with the hash that it states, or the stated hash
// is taken, which needs no reading: only for a file that cannot have changed, such as one that is
// built into a program.
enum class ModelTrust : std::uint8_t { content, stated_hash };

// Immutable once loaded. Copies share their parts, and any number of threads may use one.
class Model {
 public:
  // Parses and checks a model file, except the network and the language model: these are checked
  // when a block first needs them, and coding it then fails with the error. The prior's tables and
  // the networks are used where they are in `file`, which must outlive every use of the model.
  // Errors: corrupt, unsupported (also a model of an earlier draft), out_of_memory.
  static Result<Model> parse(std::span<const std::uint8_t> file,
                             ModelTrust trust = ModelTrust::content);

  [[nodiscard]] const Hash128& hash() const;
  [[nodiscard]] const ModelDescription& description() const;
  [[nodiscard]] bool has_network() const;  // the transformer
  [[nodiscard]] bool has_language_model() const;
  [[nodiscard]] std::uint32_t vocabulary_size() const;
  [[nodiscard]] const ModelParts& parts() const { return *parts_; }

 private:
  explicit Model(std::shared_ptr<const ModelParts> parts) : parts_(std::move(parts)) {}

  std::shared_ptr<const ModelParts> parts_;
};

}  // namespace czip::v2
