#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/import/hugging_face/architecture.hpp"
#include "czip/import/hugging_face/json_fields.hpp"
#include "czip/import/hugging_face/weights.hpp"
#include "czip/import/model/public_model.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/tensors.hpp"
#include "czip/import/tokenizer/json.hpp"
#include "model/checked_model.hpp"
#include "network/source_tensors.hpp"

namespace czip::importer {
namespace {

// Where it cannot be read, nobody knows.
bool has_chat_template(std::string_view tokenizer_config) {
  const auto fields = JsonFields::parse(tokenizer_config, "tokenizer_config.json");
  return fields && std::ranges::any_of(fields->all(), [](const auto& field) {
           return field.first == "chat_template" || field.first.starts_with("chat_template.");
         });
}

// A head that is not used, since the embeddings are the head, is left out.
Result<TensorSet> tensors_of(const HuggingFaceFiles& files, const JsonFields& config) {
  CZIP_TRY_ASSIGN(const bool tied, is_tied(config));
  CZIP_TRY_ASSIGN(const TensorSet weights, weights_of(files.weights));
  CZIP_TRY_ASSIGN(TensorSet named, with_ggml_names(weights));
  if (!tied) return named;
  TensorSet used;
  for (const auto& [name, tensor] : named.all())
    if (name != "output.weight") CZIP_TRY(used.add(tensor));
  return used;
}

}  // namespace

Result<PublicModel> read_hugging_face_model(const HuggingFaceFiles& files) {
  constexpr std::uint64_t kMostIds = UINT32_MAX;
  CZIP_TRY_ASSIGN(const auto config, JsonFields::parse(files.config, "config.json"));
  PublicModel model;
  CZIP_TRY_ASSIGN(model.tensors, tensors_of(files, config));
  CZIP_TRY_ASSIGN(model.architecture, read_config(config, model.tensors));
  if (model.architecture.family == Family::gpt2) {
    CZIP_TRY_ASSIGN(model.tensors,
                    with_parts_of_attention(model.architecture.config, model.tensors));
  }
  TokenizerFacts facts{model.architecture.config.vocabulary, std::nullopt};
  for (const std::string_view key : {"bos_token_id", "eos_token_id"})
    if (config.has(key) && !facts.first_token) {
      CZIP_TRY_ASSIGN(const std::uint64_t id, config.count(key, kMostIds));
      facts.first_token = static_cast<TokenId>(id);
    }
  CZIP_TRY_ASSIGN(model.tokenizer, parse_tokenizer_json(files.tokenizer, facts));
  model.is_chat = has_chat_template(files.tokenizer_config);
  return checked(std::move(model));
}

}  // namespace czip::importer
