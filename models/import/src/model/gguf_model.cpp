#include <string>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "czip/import/gguf/model.hpp"
#include "czip/import/model/public_model.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/tokenizer/gguf.hpp"
#include "model/checked_model.hpp"
#include "network/source_tensors.hpp"

namespace czip::importer {

Result<PublicModel> read_gguf_model(const gguf::Model& source) {
  const gguf::Metadata& metadata = source.metadata();
  PublicModel model;
  CZIP_TRY_ASSIGN(model.architecture, read_architecture(metadata, source.tensors()));
  CZIP_TRY_ASSIGN(model.tokenizer, gguf::read_tokenizer(metadata));
  CZIP_TRY_ASSIGN(const std::string_view name, metadata.string_or("general.name", ""));
  CZIP_TRY_ASSIGN(const std::string_view text, metadata.string_or("general.description", ""));
  CZIP_TRY_ASSIGN(const std::string_view license, metadata.string_or("general.license", ""));
  model.tensors = source.tensors();
  if (model.architecture.family == Family::gpt2) {
    CZIP_TRY_ASSIGN(model.tensors,
                    with_parts_of_attention(model.architecture.config, source.tensors()));
  }
  model.name = name;
  model.description = text;
  model.license = license;
  model.is_chat = metadata.has("tokenizer.chat_template");
  return checked(std::move(model));
}

}  // namespace czip::importer
