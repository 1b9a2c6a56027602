// A model in one GGUF file, or split into several (NAME-00001-of-00003.gguf and so on), as one.
// Each part of a split states its number from 0 on (split.no), how many there are (split.count),
// and how many tensors all have (split.tensors.count); the first has the model's metadata.
// Source: llama.cpp's tools/gguf-split.
#pragma once

#include <span>

#include "czip/base/error.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "czip/import/gguf/reader.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer::gguf {

class Model {
 public:
  // Takes all parts, in any order; they must outlive the model. Errors: invalid_argument where
  // parts are missing, given twice, or of different splits; corrupt for what they state or hold.
  static Result<Model> join(std::span<const File> parts);

  [[nodiscard]] const Metadata& metadata() const { return *metadata_; }
  [[nodiscard]] const TensorSet& tensors() const { return tensors_; }

 private:
  const Metadata* metadata_ = nullptr;
  TensorSet tensors_;
};

}  // namespace czip::importer::gguf
