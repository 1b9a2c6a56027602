// A public language model, whatever files it comes in, and how it becomes a model file of czip.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/gguf/model.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/model_sink.hpp"
#include "czip/import/tensors.hpp"
#include "czip/tokenizer/llm/description.hpp"

namespace czip::importer {

// Checked as far as that is possible without reading weights: shapes and names of all tensors, and
// whether the tokenizer is one that czip can use.
struct PublicModel {
  Architecture architecture;
  TensorSet tensors;  // by ggml's names; they view the source
  llm::Description tokenizer;
  // As the source states them; empty where it does not.
  std::string name;
  std::string description;
  std::string license;
  bool is_chat = false;  // it has a template for chats
};

// Errors of the readers: what is wrong or not known is named. Errors of the tokenizer begin with
// "tokenizer".
//
// The source must outlive the model.
Result<PublicModel> read_gguf_model(const gguf::Model& model);
// `model` is llama2c.hpp's file, `tokenizer` that of tokenizer/llama2c.hpp.
Result<PublicModel> read_llama2c_model(std::span<const std::uint8_t> model,
                                       std::span<const std::uint8_t> tokenizer);

struct HuggingFaceFiles {
  std::string_view config;            // config.json
  std::string_view tokenizer;         // tokenizer.json
  std::string_view tokenizer_config;  // tokenizer_config.json, or nothing
  std::span<const safetensors::File> weights;
};
// It states no name, description or license.
Result<PublicModel> read_hugging_face_model(const HuggingFaceFiles& files);

// Writes the model's network and tokenizer, `metadata`, a content hash over the metadata `format`
// and all tensors, and `more` tensors. Returns the hash. Errors: those of write_model.
Result<Hash128> import_model(const PublicModel& model, const safetensors::Metadata& metadata,
                             std::vector<safetensors::TensorContent> more, ModelSink& sink);

}  // namespace czip::importer
