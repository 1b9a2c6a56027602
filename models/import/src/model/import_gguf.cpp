#include "czip/import/model/import_gguf.hpp"

#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "czip/import/gguf/model.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/model_sink.hpp"
#include "czip/import/network/model_writer.hpp"
#include "czip/import/tokenizer/gguf.hpp"
#include "czip/import/tokenizer/tensors.hpp"

namespace czip::importer {
namespace {

Result<safetensors::Metadata> metadata_of(const gguf::Metadata& metadata, const Source& source) {
  safetensors::Metadata pairs;
  const auto add = [&pairs](std::string_view key, std::string_view value) {
    if (!value.empty()) pairs.emplace_back(key, value);
  };
  CZIP_TRY_ASSIGN(const std::string_view name, metadata.string_or("general.name", ""));
  CZIP_TRY_ASSIGN(const std::string_view license, metadata.string_or("general.license", ""));
  add("name", name);
  add("license", license);
  add("kind", metadata.has("tokenizer.chat_template") ? "chat" : "base");
  add("source_file", source.file);
  add("source_hash", source.hash);
  return pairs;
}

}  // namespace

Result<Hash128> import_gguf(const gguf::Model& model, const Source& source, ModelSink& sink) {
  CZIP_TRY_ASSIGN(const auto architecture, read_architecture(model.metadata(), model.tensors()));
  CZIP_TRY_ASSIGN(const auto tokenizer, gguf::read_tokenizer(model.metadata()));
  if (tokenizer.lengths.size() != architecture.config.vocabulary)
    return fail(ErrorCode::corrupt,
                "the tokenizer has " + std::to_string(tokenizer.lengths.size()) +
                    " tokens, the embedding " + std::to_string(architecture.config.vocabulary));
  CZIP_TRY_ASSIGN(const auto metadata, metadata_of(model.metadata(), source));
  return write_model(architecture, model.tensors(), metadata, tokenizer_tensors(tokenizer), sink);
}

}  // namespace czip::importer
